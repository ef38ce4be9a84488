package dev.interlock.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.interlock.lock.LockNotAcquiredException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** What becomes of a call, and of its transaction, when others hold the rows. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class RowLockWaitsTest {

    private static final Duration SHORT = Duration.ofMillis(300);
    private static final Duration LONG = Duration.ofSeconds(60);
    private static final String HOLD_1 = "UPDATE rlw_account SET balance = 99 WHERE id = 1";

    private final RowsFixture rows = RowsFixture.open();
    private final RowLocks<Account> accounts = RowLocks.of(rows.pool, "rlw_account", Account.class);

    record Account(long id, int balance) {}

    @BeforeAll
    void create() {
        rows.execute(
                "DROP TABLE IF EXISTS rlw_account",
                "CREATE TABLE rlw_account (id bigint PRIMARY KEY, balance int NOT NULL)");
    }

    @BeforeEach
    void reset() {
        rows.execute("TRUNCATE rlw_account", "INSERT INTO rlw_account SELECT n, 0 FROM generate_series(1, 9) n");
    }

    @AfterAll
    void close() {
        rows.close();
    }

    @Test
    void aWaitThatRunsOutLeavesTheTransactionUsable() {
        try (RowsFixture.Other holder = rows.other(HOLD_1)) {
            rows.inTransaction(() -> {
                set(2, 5);
                long begun = System.nanoTime();
                assertThat(accounts.waitTime(SHORT).tryLock(1)).isEqualTo(new RowLock.Busy<Account>());
                assertThat(Duration.ofNanos(System.nanoTime() - begun)).isBetween(SHORT, Duration.ofSeconds(5));
                assertThatThrownBy(() -> accounts.waitTime(SHORT).lock(1))
                        .isInstanceOf(LockNotAcquiredException.class)
                        .hasMessageContaining("rlw_account within 300ms");
                assertThatThrownBy(() -> accounts.waitTime(SHORT).lockAll(List.of(1, 3)))
                        .isInstanceOf(LockNotAcquiredException.class);
                assertThat(accounts.lock(2)).isEqualTo(new Account(2, 5));
                set(3, 6);
            });
            holder.commit();
        }
        assertThat(balances(1, 2, 3)).containsExactly(99L, 5L, 6L);
    }

    @Test
    void whenOneOfSeveralIsBusyNoneIsLocked() {
        try (RowsFixture.Other holder = rows.other(HOLD_1.replace("id = 1", "id = 5"))) {
            rows.inTransaction(() -> {
                assertThatThrownBy(() -> accounts.waitTime(SHORT).lockAll(List.of(4, 5, 6)))
                        .isInstanceOf(LockNotAcquiredException.class);
                assertThat(rows.<LockedRows<Account>>inAnother(() -> accounts.lockFree(List.of(4, 5, 6)))
                                .missing())
                        .containsExactly(5);
                holder.commit();
                assertThat(accounts.lockAll(List.of(4, 5, 6)).rows())
                        .containsExactly(new Account(4, 0), new Account(5, 99), new Account(6, 0));
            });
        }
    }

    @Test
    void aWaitThatSucceedsReadsWhatTheHolderHasWritten() throws Exception {
        try (RowsFixture.Other holder = rows.other(HOLD_1)) {
            Future<Account> waiter =
                    async(() -> rows.inTransaction(() -> accounts.waitTime(LONG).lock(1)));
            await().until(() -> rows.waiting() > 0);
            holder.commit();
            assertThat(waiter.get(30, TimeUnit.SECONDS)).isEqualTo(new Account(1, 99));
        }
    }

    @Test
    void aRowThatTheHolderDeletesIsMissing() throws Exception {
        try (RowsFixture.Other holder = rows.other("DELETE FROM rlw_account WHERE id = 1")) {
            Future<LockedRows<Account>> waiter =
                    async(() -> rows.inTransaction(() -> accounts.waitTime(LONG).lockAll(List.of(2, 1))));
            await().until(() -> rows.waiting() > 0);
            holder.commit();
            assertThat(waiter.get(30, TimeUnit.SECONDS).missing()).containsExactly(1);
        }
        rows.inTransaction(() -> assertThat(accounts.tryLock(1)).isInstanceOf(RowLock.Missing.class));
    }

    @Test
    void triesOnceWithoutAnyWaitTime() {
        RowLocks<Account> now = accounts.waitTime(Duration.ZERO);
        try (RowsFixture.Other holder = rows.other(HOLD_1)) {
            rows.inTransaction(() -> {
                long begun = System.nanoTime();
                assertThat(now.tryLock(1)).isInstanceOf(RowLock.Busy.class);
                assertThatThrownBy(() -> now.lockAll(List.of(2, 1, 3))).isInstanceOf(LockNotAcquiredException.class);
                assertThat(Duration.ofNanos(System.nanoTime() - begun)).isLessThan(Duration.ofSeconds(1));
                assertThat(now.tryLock(2)).isInstanceOf(RowLock.Locked.class);
                assertThat(now.lockAll(List.of(2, 3)).rows()).hasSize(2);
                set(2, 7);
            });
            holder.commit();
        }
        assertThat(balances(1, 2)).containsExactly(99L, 7L);
        assertThatThrownBy(() -> accounts.waitTime(Duration.ofMillis(-1))).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void lockedRowsAreSkippedWithoutWaiting() {
        try (RowsFixture.Other holder = rows.other(HOLD_1)) {
            rows.inTransaction(() -> {
                LockedRows<Account> free = accounts.lockFree(List.of(3, 1, 2, 77));
                assertThat(free.rows()).extracting(Account::id).containsExactly(3L, 2L);
                assertThat(free.missing()).containsExactly(1, 77);
                assertThat(rows.<LockedRows<Account>>inAnother(() -> accounts.lockFree(List.of(1, 2, 3, 4)))
                                .rows())
                        .containsExactly(new Account(4, 0));
            });
            holder.commit();
        }
    }

    @Test
    void theTimeoutsOfTheTransactionAreAsTheyWere() {
        for (String setting : List.of("0", "7s", "2min")) {
            try (RowsFixture.Other holder = rows.other(HOLD_1)) {
                rows.inTransaction(() -> {
                    rows.execute(
                            "SET LOCAL lock_timeout = '" + setting + "'",
                            "SET LOCAL statement_timeout = '" + setting + "'");
                    String both = setting + " " + setting;
                    accounts.waitTime(SHORT).tryLock(1);
                    assertThat(timeouts()).as("after a wait that ran out").isEqualTo(both);
                    accounts.waitTime(Duration.ZERO).tryLock(1);
                    assertThat(timeouts()).as("after a single try").isEqualTo(both);
                    accounts.lockAll(List.of(2, 3));
                    assertThat(timeouts()).as("after several rows").isEqualTo(both);
                    holder.commit();
                    accounts.lock(1);
                    assertThat(accounts.tryLock(88)).isInstanceOf(RowLock.Missing.class);
                    assertThat(timeouts()).as("after one row").isEqualTo(both);
                });
            }
        }
    }

    @Test
    void aShorterStatementTimeoutOfTheApplicationStaysInForce() {
        try (RowsFixture.Other holder = rows.other(HOLD_1)) {
            assertThatThrownBy(() -> rows.inTransaction(() -> {
                        rows.execute("SET LOCAL statement_timeout = '200ms'");
                        accounts.waitTime(LONG).lock(1);
                    }))
                    .satisfies(
                            failure -> assertThat(RowsFixture.sqlState(failure)).isEqualTo("57014"));
            holder.commit();
        }
    }

    @Test
    void aWaitOfWeeksIsAWait() {
        rows.inTransaction(() -> assertThat(accounts.waitTime(Duration.ofDays(99))
                        .lockAll(List.of(1))
                        .rows())
                .hasSize(1));
    }

    @Test
    void theLockTimeoutOfTheSessionIsAsItWas() {
        try (RowsFixture single = RowsFixture.with("SET lock_timeout = '9s'", 1);
                RowsFixture.Other holder = rows.other(HOLD_1)) {
            RowLocks<Account> locks =
                    RowLocks.of(single.pool, "rlw_account", Account.class).waitTime(SHORT);
            single.inTransaction(() -> {
                assertThat(locks.tryLock(1)).isInstanceOf(RowLock.Busy.class);
                assertThat(locks.lockAll(List.of(2)).rows()).hasSize(1);
                assertThat(single.text("SHOW lock_timeout")).isEqualTo("9s");
            });
            assertThat(single.text("SHOW lock_timeout")).isEqualTo("9s");
            single.inRolledBack(() -> locks.tryLock(1));
            holder.commit();
            assertThat(single.text("SHOW lock_timeout")).isEqualTo("9s");
        }
    }

    @Test
    void anInterruptEndsAWaitAndLeavesTheFlagAndTheTransaction() throws Exception {
        AtomicReference<Throwable> refused = new AtomicReference<>();
        AtomicReference<Boolean> flag = new AtomicReference<>();
        try (RowsFixture.Other holder = rows.other(HOLD_1)) {
            for (boolean several : new boolean[] {false, true}) {
                Thread waiter = new Thread(() -> rows.inTransaction(() -> {
                    set(2, 5);
                    RowLocks<Account> patient = accounts.waitTime(LONG);
                    try {
                        Object got = several ? patient.lockAll(List.of(1, 2)) : patient.lock(1);
                        throw new AssertionError("locked " + got);
                    } catch (LockNotAcquiredException interrupted) {
                        refused.set(interrupted);
                        flag.set(Thread.interrupted());
                    }
                    set(3, 6);
                }));
                waiter.start();
                await().until(() -> rows.waiting() > 0);
                long begun = System.nanoTime();
                waiter.interrupt();
                waiter.join(30_000);
                assertThat(Duration.ofNanos(System.nanoTime() - begun)).isLessThan(Duration.ofSeconds(5));
                assertThat(flag.getAndSet(null)).isTrue();
                assertThat(refused.getAndSet(null)).hasMessageContaining("interrupted");
                assertThat(balances(2, 3)).containsExactly(5L, 6L);
                reset2And3();
            }
            holder.commit();
        }
    }

    @Test
    void theWaitTimeCountsForAllRowsTogether() {
        List<RowsFixture.Other> holders = new ArrayList<>();
        ScheduledExecutorService releases = Executors.newSingleThreadScheduledExecutor();
        List<Integer> ids = IntStream.rangeClosed(1, 6).boxed().toList();
        try {
            ids.forEach(id -> holders.add(rows.other("UPDATE rlw_account SET balance = 1 WHERE id = " + id)));
            for (int i = 0; i < holders.size(); i++) {
                releases.schedule(holders.get(i)::commit, 600L * (i + 1), TimeUnit.MILLISECONDS);
            }
            long begun = System.nanoTime();
            rows.inTransaction(() -> assertThatThrownBy(
                            () -> accounts.waitTime(Duration.ofSeconds(1)).lockAll(ids))
                    .isInstanceOf(LockNotAcquiredException.class));
            assertThat(Duration.ofNanos(System.nanoTime() - begun)).isLessThan(Duration.ofMillis(2_500));
        } finally {
            releases.shutdownNow();
            await().until(releases::isTerminated);
            holders.forEach(RowsFixture.Other::close);
        }
    }

    @Test
    void aRowChangedSinceTheSnapshotIsASerializationFailure() {
        for (boolean several : new boolean[] {false, true}) {
            assertThatThrownBy(() -> rows.inRepeatableRead(() -> {
                        balances(1);
                        rows.inAnother(() -> set(1, 3));
                        Object got = several ? accounts.lockAll(List.of(1, 2)) : accounts.lock(1);
                        throw new AssertionError("locked " + got);
                    }))
                    .satisfies(
                            failure -> assertThat(RowsFixture.sqlState(failure)).isEqualTo("40001"));
        }
    }

    private int set(long id, int balance) {
        return rows.jdbc
                .sql("UPDATE rlw_account SET balance = ? WHERE id = ?")
                .params(balance, id)
                .update();
    }

    private void reset2And3() {
        set(2, 0);
        set(3, 0);
    }

    private List<Long> balances(Integer... ids) {
        return rows.jdbc
                .sql("SELECT balance FROM rlw_account WHERE id = ANY (?) ORDER BY id")
                .param(ids)
                .query(Long.class)
                .list();
    }

    private String timeouts() {
        return rows.text("SELECT current_setting('lock_timeout') || ' ' || current_setting('statement_timeout')");
    }

    private static <T> Future<T> async(Callable<T> call) {
        FutureTask<T> task = new FutureTask<>(call);
        CompletableFuture.runAsync(task);
        return task;
    }
}
