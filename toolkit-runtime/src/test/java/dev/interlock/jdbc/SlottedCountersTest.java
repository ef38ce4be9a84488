package dev.interlock.jdbc;

import static dev.interlock.jdbc.RowsFixture.CALLERS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.interlock.test.Race;
import dev.interlock.test.RaceResult;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** Counters that are spread over rows. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class SlottedCountersTest {

    private static final int TRANSACTIONS = 10;
    private static final int POOL = 12;

    private final RowsFixture rows = RowsFixture.with("SET deadlock_timeout = '50ms'", POOL);
    private final Counters counters = Counters.of(rows.pool, "slc_counter").key("name", "day");
    private final RowKey key = RowKey.of("views", 20260101);

    @BeforeAll
    void create() {
        rows.execute(
                "DROP TABLE IF EXISTS slc_counter",
                "CREATE TABLE slc_counter (name text, day int, slot int, value bigint,"
                        + " PRIMARY KEY (name, day, slot))");
    }

    @BeforeEach
    void reset() {
        rows.execute("TRUNCATE slc_counter");
    }

    @AfterAll
    void close() {
        rows.close();
    }

    @Test
    void theSumIsThatOfAllAdditions() throws Exception {
        SlottedCounters slotted = counters.slotted("slot", 64);
        fillPool();
        Race.callers(CALLERS)
                .callsEach(3)
                .runAll(caller -> slotted.add(key, caller.call() + 1))
                .requireNoFailure();
        assertThat(slotted.sum(key)).isEqualTo(CALLERS * (1 + 2 + 3));
        assertThat(rows.number("SELECT count(*) FROM slc_counter"))
                .as("slots in use")
                .isBetween(2L, 64L);
        slotted.add(key, -100);
        assertThat(slotted.sum(key)).isEqualTo(CALLERS * 6 - 100);
        assertThat(slotted.sum(RowKey.of("views", 1))).isZero();
    }

    /** A slot belongs to a connection, and a pool that is still being filled may serve all callers with its first. */
    private void fillPool() throws SQLException {
        List<Connection> all = new ArrayList<>();
        for (int i = 0; i < POOL; i++) {
            all.add(rows.pool.getConnection());
        }
        for (Connection one : all) {
            one.close();
        }
    }

    @Test
    void transactionsThatAddTwiceToACounterNeverDeadlock() throws Exception {
        SlottedCounters slotted = counters.slotted("slot", 2);
        RaceResult<?> race = Race.callers(16)
                .callsEach(TRANSACTIONS)
                .runAll(caller -> rows.inTransaction(() -> {
                    slotted.add(key, 1);
                    slotted.add(key, 1);
                }));
        race.requireNoFailure();
        assertThat(slotted.sum(key)).isEqualTo(16 * TRANSACTIONS * 2);
    }

    @Test
    void controlArmThatDrawsASlotEachTimeDeadlocks() throws Exception {
        rows.execute("INSERT INTO slc_counter VALUES ('views', 20260101, 0, 0), ('views', 20260101, 1, 0)");
        RowsFixture.shows("deadlock", () -> {
            RaceResult<?> race = Race.callers(16)
                    .callsEach(TRANSACTIONS)
                    .runAll(caller -> rows.inTransaction(() -> {
                        add(caller.random().nextInt(2));
                        add(caller.random().nextInt(2));
                    }));
            return race.failures().stream()
                    .anyMatch(failure -> RowsFixture.sqlState(failure).equals("40P01"));
        });
    }

    private void add(int slot) {
        rows.jdbc
                .sql("UPDATE slc_counter SET value = value + 1 WHERE slot = ?")
                .param(slot)
                .update();
    }

    @Test
    void transactionsOfDifferentSlotsDoNotWaitForEachOther() {
        SlottedCounters slotted = counters.slotted("slot", 1024);
        rows.inTransaction(() -> {
            slotted.add(key, 1);
            rows.inAnother(() -> {
                rows.execute("SET LOCAL lock_timeout = '5s'");
                slotted.add(key, 1);
                return true;
            });
        });
        assertThat(slotted.sum(key)).isEqualTo(2);
        assertThat(rows.number("SELECT count(*) FROM slc_counter")).isEqualTo(2);
    }

    @Test
    void aSlotWithoutAValueIsZero() {
        rows.execute("INSERT INTO slc_counter SELECT 'views', 20260101, n, NULL FROM generate_series(0, 63) n");
        SlottedCounters slotted = counters.slotted("slot", 64);
        assertThat(slotted.sum(key)).isZero();
        slotted.add(key, 5);
        assertThat(slotted.sum(key)).isEqualTo(5);
    }

    @Test
    void aSumBeyondALongIsToldAndNotWrapped() {
        SlottedCounters slotted = counters.slotted("slot", 64);
        rows.execute("INSERT INTO slc_counter VALUES ('views', 20260101, 0, 9223372036854775807),"
                + " ('views', 20260101, 1, 1)");
        assertThatThrownBy(() -> slotted.sum(key))
                .satisfies(failure -> assertThat(RowsFixture.sqlState(failure)).isEqualTo("22003"));
    }

    @Test
    void thereAreTwoTo1024Slots() {
        assertThatThrownBy(() -> counters.slotted("slot", 1)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> counters.slotted("slot", 1025)).isInstanceOf(IllegalArgumentException.class);
        assertThat(counters.slotted("slot", 1024).sum(RowKey.of(UUID.randomUUID(), 5)))
                .isZero();
    }
}
