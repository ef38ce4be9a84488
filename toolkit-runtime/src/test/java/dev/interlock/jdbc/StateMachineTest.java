package dev.interlock.jdbc;

import static dev.interlock.jdbc.RowsFixture.CALLERS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.interlock.jdbc.Transition.AlreadyThere;
import dev.interlock.jdbc.Transition.Applied;
import dev.interlock.jdbc.Transition.Missing;
import dev.interlock.jdbc.Transition.Rejected;
import dev.interlock.test.Race;
import dev.interlock.test.RaceResult;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** Events that many fire at once for one row. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class StateMachineTest {

    private final RowsFixture rows = RowsFixture.open();
    private final StateMachine<State, Event> machine = StateMachine.of(rows.pool, "stm_order", State.class, Event.class)
            .edge(State.NEW, Event.PAY, State.PAID)
            .edge(State.PAID, Event.SHIP, State.SHIPPED)
            .edge(State.NEW, Event.CANCEL, State.CANCELLED)
            .edge(State.PAID, Event.CANCEL, State.CANCELLED)
            .edge(State.SHIPPED, Event.PING, State.SHIPPED)
            .log("stm_log")
            .build();

    enum State {
        NEW,
        PAID,
        SHIPPED,
        CANCELLED
    }

    enum Event {
        PAY,
        SHIP,
        CANCEL,
        PING
    }

    @BeforeAll
    void create() {
        rows.execute(
                "DROP TABLE IF EXISTS stm_order, stm_log",
                "DROP TYPE IF EXISTS stm_status",
                "CREATE TYPE stm_status AS ENUM ('NEW', 'PAID', 'SHIPPED', 'CANCELLED')",
                "CREATE TABLE stm_order (id bigint PRIMARY KEY, status stm_status NOT NULL)",
                "CREATE TABLE stm_log (number bigserial, id bigint NOT NULL, event text NOT NULL,"
                        + " from_state stm_status NOT NULL, to_state text NOT NULL, at timestamptz DEFAULT now(),"
                        + " CONSTRAINT stm_log_id CHECK (id <> 13))");
    }

    @BeforeEach
    void reset() {
        rows.execute(
                "TRUNCATE stm_order, stm_log", "INSERT INTO stm_order SELECT n, 'NEW' FROM generate_series(1, 20) n");
    }

    @AfterAll
    void close() {
        rows.close();
    }

    private void put(long id, State state) {
        rows.execute("UPDATE stm_order SET status = '" + state + "' WHERE id = " + id);
    }

    private List<String> log() {
        return rows.jdbc
                .sql("SELECT id || ' ' || event || ' ' || from_state || ' ' || to_state FROM stm_log ORDER BY number")
                .query(String.class)
                .list();
    }

    @Test
    void controlArmThatLooksAndThenChangesShipsTwice() throws Exception {
        RowsFixture.shows("double transition", () -> {
            reset();
            put(1, State.PAID);
            Race.callers(CALLERS)
                    .runAll(caller -> {
                        if (rows.text("SELECT status::text FROM stm_order WHERE id = 1")
                                .equals("PAID")) {
                            put(1, State.SHIPPED);
                            rows.execute("INSERT INTO stm_log (id, event, from_state, to_state)"
                                    + " VALUES (1, 'SHIP', 'PAID', 'SHIPPED')");
                        }
                    })
                    .requireNoFailure();
            return log().size() > 1;
        });
    }

    @Test
    void anEventThatManyFireIsAppliedOnce() throws Exception {
        RaceResult<Transition<State>> race = Race.callers(CALLERS)
                .rounds(3)
                .before(round -> put(round, State.PAID))
                .run(caller -> machine.fire(caller.round(), Event.SHIP));
        race.requireNoFailure();
        race.rounds().forEach(round -> {
            assertThat(List.<Object>copyOf(round.values()))
                    .filteredOn(new Applied<>(State.PAID, State.SHIPPED)::equals)
                    .hasSize(1);
            assertThat(List.<Object>copyOf(round.values()))
                    .filteredOn(new AlreadyThere<>(State.SHIPPED)::equals)
                    .hasSize(CALLERS - 1);
        });
        assertThat(log()).containsExactly("1 SHIP PAID SHIPPED", "2 SHIP PAID SHIPPED", "3 SHIP PAID SHIPPED");
        assertThat(machine.state(3)).contains(State.SHIPPED);
    }

    @Test
    void eventsThatExcludeEachOtherMakeOnePath() throws Exception {
        Event[] events = {Event.PAY, Event.SHIP, Event.CANCEL};
        RaceResult<Transition<State>> race = Race.callers(CALLERS)
                .rounds(10)
                .run(caller -> machine.fire(caller.round(), events[caller.number() % events.length]));
        race.requireNoFailure();
        for (int id = 1; id <= 10; id++) {
            String path = String.join(
                    ", ",
                    rows.jdbc
                            .sql("SELECT event FROM stm_log WHERE id = ? ORDER BY number")
                            .param(id)
                            .query(String.class)
                            .list());
            State end = machine.state(id).orElseThrow();
            assertThat(path)
                    .isIn(
                            end == State.SHIPPED
                                    ? List.of("PAY, SHIP")
                                    : end == State.PAID ? List.of("PAY") : List.of("CANCEL", "PAY, CANCEL"));
        }
        assertThat(List.<Object>copyOf(race.values()))
                .filteredOn(Applied.class::isInstance)
                .hasSize(log().size());
    }

    @Test
    void anEventMayLeadFromSeveralStates() {
        put(2, State.PAID);
        put(3, State.SHIPPED);
        assertThat(machine.fire(1, Event.CANCEL)).isEqualTo(new Applied<>(State.NEW, State.CANCELLED));
        assertThat(machine.fire(2, Event.CANCEL)).isEqualTo(new Applied<>(State.PAID, State.CANCELLED));
        assertThat(machine.fire(2, Event.CANCEL)).isEqualTo(new AlreadyThere<>(State.CANCELLED));
        assertThat(machine.fire(3, Event.CANCEL)).isEqualTo(new Rejected<>(State.SHIPPED));
        assertThat(machine.fire(99, Event.CANCEL)).isEqualTo(new Missing<>());
        assertThat(machine.fire(99, Event.PAY)).isEqualTo(new Missing<>());
        assertThat(log()).containsExactly("1 CANCEL NEW CANCELLED", "2 CANCEL PAID CANCELLED");
    }

    @Test
    void anEdgeFromAStateToItselfIsApplied() {
        put(1, State.SHIPPED);
        assertThat(machine.fire(1, Event.PING)).isEqualTo(new Applied<>(State.SHIPPED, State.SHIPPED));
        assertThat(machine.fire(1, Event.PING)).isEqualTo(new Applied<>(State.SHIPPED, State.SHIPPED));
        assertThat(log()).hasSize(2);
    }

    @Test
    void whatIsThrownNamesBothStatesAndTheEvent() {
        assertThat(machine.fireOrThrow(1, Event.PAY)).isEqualTo(State.NEW);
        assertThatThrownBy(() -> machine.fireOrThrow(2, Event.SHIP))
                .isInstanceOfSatisfying(IllegalTransitionException.class, refused -> {
                    assertThat(refused.event()).isEqualTo("SHIP");
                    assertThat(refused.currentState()).isEqualTo("NEW");
                })
                .hasMessage("SHIP of a row of table stm_order leads from PAID to SHIPPED, but the row is NEW");
        assertThatThrownBy(() -> machine.fireOrThrow(1, Event.PAY))
                .isInstanceOf(IllegalTransitionException.class)
                .hasMessageContaining("the row is PAID: it was fired before");
        assertThatThrownBy(() -> machine.fireOrThrow(4711, Event.SHIP))
                .isInstanceOf(RowNotFoundException.class)
                .hasMessageNotContaining("4711");
    }

    @Test
    void theLogIsWrittenWithTheTransitionOrNotAtAll() {
        rows.inRolledBack(() -> {
            assertThat(machine.fire(1, Event.PAY).isApplied()).isTrue();
            assertThat(log()).hasSize(1);
        });
        assertThat(log()).isEmpty();
        assertThat(machine.state(1)).contains(State.NEW);
        assertThatThrownBy(() -> machine.fire(13, Event.PAY))
                .as("the log table refuses the row")
                .hasMessageContaining("stm_log_id");
        assertThat(machine.state(13)).contains(State.NEW);
        rows.inTransaction(() -> machine.fire(1, Event.PAY));
        assertThat(log()).containsExactly("1 PAY NEW PAID");
    }

    @Test
    void anEventThatIsNotAllowedWaitsForNobody() {
        put(1, State.SHIPPED);
        try (RowsFixture.Other holder = rows.other("SELECT * FROM stm_order FOR UPDATE")) {
            rows.inTransaction(() -> {
                rows.execute("SET LOCAL lock_timeout = '200ms'");
                assertThat(machine.fire(1, Event.SHIP)).isEqualTo(new AlreadyThere<>(State.SHIPPED));
                assertThat(machine.fire(1, Event.CANCEL)).isEqualTo(new Rejected<>(State.SHIPPED));
                assertThat(machine.mayFire(2, Event.PAY)).isTrue();
                assertThatThrownBy(() -> machine.fire(2, Event.PAY))
                        .as("an allowed one has to wait")
                        .satisfies(failure ->
                                assertThat(RowsFixture.sqlState(failure)).isEqualTo("55P03"));
            });
            holder.commit();
        }
    }

    @Test
    void itTellsWhatMayBeFired() {
        assertThat(machine.mayFire(1, Event.PAY)).isTrue();
        assertThat(machine.mayFire(1, Event.SHIP)).isFalse();
        assertThat(machine.mayFire(99, Event.PAY)).isFalse();
        assertThat(machine.state(99)).isEmpty();
        assertThat(machine.events(State.NEW)).containsExactlyInAnyOrder(Event.PAY, Event.CANCEL);
        assertThat(machine.events(State.CANCELLED)).isEmpty();
        assertThat(machine.edges()).hasSize(5);
    }

    @Test
    void aRowChangedSinceTheSnapshotIsASerializationFailure() {
        assertThatThrownBy(() -> rows.inRepeatableRead(() -> {
                    assertThat(machine.state(1)).contains(State.NEW);
                    rows.inAnother(() -> machine.fire(1, Event.CANCEL));
                    machine.fire(1, Event.PAY);
                }))
                .satisfies(failure -> assertThat(RowsFixture.sqlState(failure)).isEqualTo("40001"));
        assertThat(machine.state(1)).contains(State.CANCELLED);
    }
}
