package dev.interlock.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.interlock.test.Caller;
import dev.interlock.test.Race;
import dev.interlock.test.RaceResult;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** Several rows are locked in one order, whatever order they are given in. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class RowLockOrderTest {

    private static final int CALLERS = 16;
    private static final int CALLS = 5;
    private static final List<Integer> TWENTY =
            IntStream.rangeClosed(1, 20).boxed().toList();

    private final RowsFixture rows = RowsFixture.with("SELECT 1", CALLERS);
    private final RowLocks<Row> locks =
            RowLocks.of(rows.pool, "rlo_row", Row.class).waitTime(Duration.ofSeconds(60));

    record Row(int id, int value) {}

    @BeforeAll
    void create() {
        rows.execute("DROP TABLE IF EXISTS rlo_row", "CREATE TABLE rlo_row (id int PRIMARY KEY, value int NOT NULL)");
    }

    @BeforeEach
    void reset() {
        // In no order, so that the order of the table is not the one that is asked for.
        rows.execute(
                "TRUNCATE rlo_row", "INSERT INTO rlo_row SELECT n, 0 FROM generate_series(1, 20) n ORDER BY n % 7");
    }

    @AfterAll
    void close() {
        rows.close();
    }

    @Test
    void twentyRowsInRandomOrderNeverDeadlock() throws Exception {
        RaceResult<?> race = Race.callers(CALLERS)
                .callsEach(CALLS)
                .run(caller -> rows.inTransaction(() -> {
                    LockedRows<Row> all = locks.lockAll(shuffled(caller)).requireAll();
                    all.rows()
                            .forEach(row -> rows.jdbc
                                    .sql("UPDATE rlo_row SET value = ? WHERE id = ?")
                                    .params(row.value() + 1, row.id())
                                    .update());
                    return true;
                }));
        race.requireNoFailure();
        assertThat(rows.jdbc
                        .sql("SELECT DISTINCT value FROM rlo_row")
                        .query(Integer.class)
                        .list())
                .containsExactly(CALLERS * CALLS);
    }

    @Test
    void controlArmThatLocksThemAsTheyComeDeadlocks() throws Exception {
        RowsFixture.shows("deadlock", () -> {
            RaceResult<?> race = Race.callers(CALLERS)
                    .run(caller -> rows.inTransaction(() -> {
                        rows.execute("SET LOCAL deadlock_timeout = '50ms'");
                        shuffled(caller)
                                .forEach(id -> rows.jdbc
                                        .sql("SELECT * FROM rlo_row WHERE id = ? FOR NO KEY UPDATE")
                                        .param(id)
                                        .query()
                                        .singleRow());
                        return true;
                    }));
            return race.failures().stream()
                    .anyMatch(failure -> RowsFixture.sqlState(failure).equals("40P01"));
        });
    }

    private static List<Integer> shuffled(Caller caller) {
        List<Integer> ids = new ArrayList<>(TWENTY);
        Collections.shuffle(ids, caller.random());
        return ids;
    }

    @Test
    void rowsAreLockedInTheOrderOfTheirTypeAndNotOfTheirText() throws Exception {
        try (RowsFixture.Other holder = rows.other("UPDATE rlo_row SET value = 1 WHERE id = 9")) {
            RaceResult<?> race = Race.callers(2).run(caller -> {
                if (caller.number() == 0) {
                    return rows.inTransaction(
                            () -> locks.lockAll(List.of(10, 9)).rows());
                }
                await().until(() -> rows.waiting() > 0);
                boolean free = rows.<RowLock<Row>>inAnother(
                                () -> locks.waitTime(Duration.ZERO).tryLock(10))
                        instanceof RowLock.Locked;
                holder.commit();
                return free;
            });
            race.requireNoFailure();
            assertThat(race.values().get(1)).as("10 is locked after 9").isEqualTo(true);
        }
    }

    @Test
    void aCircleOfWaitersMadeOnPurposeEndsForOneOfThem() throws Exception {
        CyclicBarrier bothHoldOne = new CyclicBarrier(2);
        RaceResult<Boolean> race = Race.callers(2)
                .run(caller -> rows.inTransaction(() -> {
                    locks.lock(caller.number() + 1);
                    meet(bothHoldOne);
                    return locks.tryLock(2 - caller.number()) instanceof RowLock.Locked;
                }));
        assertThat(race.failures()).hasSize(1);
        assertThat(RowsFixture.sqlState(race.failures().get(0))).isEqualTo("40P01");
        assertThat(race.values()).containsExactly(true);
    }

    private static void meet(CyclicBarrier barrier) {
        try {
            barrier.await(30, TimeUnit.SECONDS);
        } catch (Exception nobodyCame) {
            throw new IllegalStateException(nobodyCame);
        }
    }
}
