package dev.interlock.jdbc;

import static dev.interlock.jdbc.RowsFixture.CALLERS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.interlock.jdbc.CounterResult.Changed;
import dev.interlock.jdbc.CounterResult.Missing;
import dev.interlock.jdbc.CounterResult.Refused;
import dev.interlock.test.Race;
import dev.interlock.test.RaceResult;
import java.util.List;
import java.util.function.Supplier;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** Numbers that many change at once, with and without a limit. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class CountersTest {

    private static final int LIMIT = 100;

    private final RowsFixture rows = RowsFixture.open();
    private final Counters counters =
            Counters.of(rows.pool, "cnt_counter").key("name").value("amount");
    private final Counters small = counters.value("small");

    @BeforeAll
    void create() {
        rows.execute(
                "DROP TABLE IF EXISTS cnt_counter",
                "CREATE TABLE cnt_counter (name text PRIMARY KEY, amount bigint DEFAULT 0, small int DEFAULT 0)");
    }

    @BeforeEach
    void reset() {
        rows.execute("TRUNCATE cnt_counter");
    }

    @AfterAll
    void close() {
        rows.close();
    }

    private void set(String name, long amount) {
        rows.jdbc
                .sql("INSERT INTO cnt_counter VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET amount = EXCLUDED.amount")
                .params(name, amount)
                .update();
    }

    private long amount(String name) {
        return rows.number("SELECT amount FROM cnt_counter WHERE name = ?", name);
    }

    @Test
    void controlArmThatReadsAndThenWritesLosesCounts() throws Exception {
        RowsFixture.shows("lost count", () -> {
            set("views", 0);
            Race.callers(CALLERS)
                    .runAll(caller -> set("views", amount("views") + 1))
                    .requireNoFailure();
            return amount("views") < CALLERS;
        });
    }

    @Test
    void everyAdditionCountsAndEveryoneGetsAnotherValue() throws Exception {
        RaceResult<Long> race = Race.callers(CALLERS).callsEach(3).run(caller -> counters.add("views", 1));
        race.requireNoFailure();
        assertThat(race.values())
                .containsExactlyInAnyOrderElementsOf(
                        LongStream.rangeClosed(1, 3 * CALLERS).boxed().toList());
        assertThat(counters.sum("views")).isEqualTo(3 * CALLERS).isEqualTo(amount("views"));
        assertThat(counters.add("views", -2)).isEqualTo(3 * CALLERS - 2);
        assertThat(counters.sum("nothing")).isZero();
    }

    @Test
    void controlArmThatChecksAndThenTakesOversells() throws Exception {
        RowsFixture.shows("oversold stock", () -> {
            set("stock", 10);
            Race.callers(CALLERS)
                    .runAll(caller -> {
                        if (amount("stock") > 0) {
                            rows.execute("UPDATE cnt_counter SET amount = amount - 1 WHERE name = 'stock'");
                        }
                    })
                    .requireNoFailure();
            return amount("stock") < 0;
        });
    }

    @Test
    void nobodyTakesMoreThanThereIs() throws Exception {
        RaceResult<CounterResult> race = Race.callers(CALLERS)
                .rounds(3)
                .before(round -> set("stock", 20))
                .after(round -> assertThat(amount("stock")).isZero())
                .run(caller -> counters.tryTake("stock", 2));
        race.requireNoFailure();
        assertThat(race.values()).filteredOn(CounterResult::isChanged).hasSize(3 * 10);
        assertThat(race.values()).filteredOn(result -> !result.isChanged()).allMatch(Refused.class::isInstance);
    }

    @Test
    void nobodyPassesTheLimit() throws Exception {
        RaceResult<CounterResult> race = Race.callers(CALLERS)
                .rounds(3)
                .before(round -> reset())
                .after(round -> assertThat(amount("rewards")).isEqualTo(99))
                .run(caller -> counters.tryAdd("rewards", 3, LIMIT));
        race.requireNoFailure();
        assertThat(race.values()).filteredOn(CounterResult::isChanged).hasSize(3 * 33);
        assertThat(race.values()).filteredOn(new Refused(99)::equals).hasSize(3 * (CALLERS - 33));
    }

    @Test
    void whileThereIsRoomNobodyIsRefused() throws Exception {
        RaceResult<CounterResult> race = Race.callers(33)
                .rounds(10)
                .before(round -> reset())
                .run(caller -> counters.tryAdd("rewards", 3, LIMIT));
        race.requireNoFailure();
        assertThat(race.values()).allMatch(CounterResult::isChanged);
    }

    @Test
    void aCounterThatSomebodyCreatesIsMissingOrHasEnough() throws Exception {
        RaceResult<CounterResult> race = Race.callers(16)
                .callsEach(5)
                .rounds(10)
                .before(round -> reset())
                .run(caller -> {
                    if (caller.number() == 0 && caller.call() == 0) {
                        set("stock", 1000);
                    }
                    return counters.tryTake("stock", 1);
                });
        race.requireNoFailure();
        assertThat(race.values()).hasOnlyElementsOfTypes(Changed.class, Missing.class);
    }

    @Test
    void controlArmThatChecksAndThenAddsPassesTheLimit() throws Exception {
        RowsFixture.shows("limit passed", () -> {
            set("rewards", LIMIT - 10);
            Race.callers(CALLERS)
                    .runAll(caller -> {
                        if (amount("rewards") < LIMIT) {
                            counters.add("rewards", 1);
                        }
                    })
                    .requireNoFailure();
            return amount("rewards") > LIMIT;
        });
    }

    @Test
    void whatIsRefusedWaitsForNobodyAndLocksNothing() {
        set("full", LIMIT);
        set("empty", 0);
        List<Supplier<CounterResult>> refused =
                List.of(() -> counters.tryAdd("full", 1, LIMIT), () -> counters.tryTake("empty", 1));
        try (RowsFixture.Other holder = rows.other("SELECT * FROM cnt_counter FOR UPDATE")) {
            refused.forEach(call -> assertThat(withoutWaiting(call)).isInstanceOf(Refused.class));
            assertThatThrownBy(() -> withoutWaiting(() -> counters.tryAdd("full", 1, LIMIT + 1)))
                    .as("with room left it has to wait")
                    .satisfies(
                            failure -> assertThat(RowsFixture.sqlState(failure)).isEqualTo("55P03"));
            holder.commit();
        }
        rows.inTransaction(() -> {
            refused.forEach(Supplier::get);
            try (RowsFixture.Other other = rows.other("SELECT * FROM cnt_counter FOR UPDATE NOWAIT")) {
                other.commit();
            }
        });
    }

    private CounterResult withoutWaiting(Supplier<CounterResult> call) {
        return rows.inTransaction(() -> {
            rows.execute("SET LOCAL lock_timeout = '200ms'");
            return call.get();
        });
    }

    @Test
    void limitsOfMissingCounters() {
        assertThat(counters.tryTake("none", 1)).isEqualTo(new Missing());
        assertThat(counters.tryAdd("none", LIMIT + 1, LIMIT)).isEqualTo(new Refused(0));
        assertThat(rows.number("SELECT count(*) FROM cnt_counter")).isZero();
        assertThat(counters.tryAdd("new", LIMIT, LIMIT)).isEqualTo(new Changed(LIMIT));
        assertThat(counters.tryTake("new", LIMIT)).isEqualTo(new Changed(0));
        assertThat(counters.tryTake("new", 1)).isEqualTo(new Refused(0));
    }

    @Test
    void aChangeIsTheTransactions() {
        set("views", 5);
        rows.inRolledBack(() -> {
            assertThat(counters.add("views", 1)).isEqualTo(6);
            assertThat(counters.tryTake("views", 6)).isEqualTo(new Changed(0));
            assertThat(counters.tryAdd("rewards", 1, 1)).isEqualTo(new Changed(1));
        });
        assertThat(amount("views")).isEqualTo(5);
        assertThat(counters.sum("rewards")).isZero();
    }

    @Test
    void beyondTheTypeOfTheColumnNothingChanges() {
        assertThat(small.add("n", Integer.MAX_VALUE)).isEqualTo(Integer.MAX_VALUE);
        assertThat(counters.add("n", Long.MAX_VALUE)).isEqualTo(Long.MAX_VALUE);
        List<Supplier<Object>> beyond = List.of(
                () -> small.add("n", 1),
                () -> small.add("n", Long.MAX_VALUE),
                () -> small.tryAdd("n", 1, Long.MAX_VALUE),
                () -> counters.add("n", 1));
        for (Supplier<Object> one : beyond) {
            assertThatThrownBy(one::get)
                    .satisfies(
                            failure -> assertThat(RowsFixture.sqlState(failure)).isEqualTo("22003"));
        }
        assertThat(counters.tryAdd("n", 1, Long.MAX_VALUE)).isEqualTo(new Refused(Long.MAX_VALUE));
        assertThat(small.tryTake("n", Long.MAX_VALUE)).isEqualTo(new Refused(Integer.MAX_VALUE));
        assertThat(small.sum("n")).isEqualTo(Integer.MAX_VALUE);
        assertThat(counters.sum("n")).isEqualTo(Long.MAX_VALUE);
    }

    @Test
    void aCounterWithoutAValueIsZero() {
        rows.execute("INSERT INTO cnt_counter SELECT n::text, NULL FROM generate_series(1, 4) n");
        assertThat(counters.sum("1")).isZero();
        assertThat(counters.add("1", 5)).isEqualTo(5);
        assertThat(counters.tryTake("2", 1)).isEqualTo(new Refused(0));
        assertThat(counters.tryAdd("3", 11, 10)).isEqualTo(new Refused(0));
        assertThat(counters.tryAdd("4", 10, 10)).isEqualTo(new Changed(10));
    }

    @Test
    void anAmountUnderALimitIsMoreThanZero() {
        for (long amount : new long[] {0, -1, Long.MIN_VALUE}) {
            assertThatThrownBy(() -> counters.tryTake("n", amount)).isInstanceOf(IllegalArgumentException.class);
            assertThatThrownBy(() -> counters.tryAdd("n", amount, 10)).isInstanceOf(IllegalArgumentException.class);
        }
    }

    @Test
    void aLimitFarBelowTheValueRefuses() {
        set("n", 5);
        assertThat(counters.tryAdd("n", Long.MAX_VALUE, Long.MIN_VALUE)).isEqualTo(new Refused(5));
        assertThat(counters.tryAdd("n", 1, -10)).isEqualTo(new Refused(5));
    }
}
