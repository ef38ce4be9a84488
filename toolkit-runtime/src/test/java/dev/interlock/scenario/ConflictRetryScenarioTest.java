package dev.interlock.scenario;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import dev.interlock.annotation.Conflict;
import dev.interlock.annotation.Jitter;
import dev.interlock.guard.ThrowingSupplier;
import dev.interlock.jdbc.StaleVersionException;
import dev.interlock.lock.LockNotAcquiredException;
import dev.interlock.lock.LockTemplate;
import dev.interlock.retry.ConflictRetry;
import dev.interlock.retry.RetryBudgets;
import dev.interlock.retry.RetryContext;
import dev.interlock.retry.RetryCounts;
import dev.interlock.test.Race;
import dev.interlock.test.RaceResult;
import dev.interlock.testing.InterlockContext;
import dev.interlock.testing.PostgresServer;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.postgresql.ds.PGSimpleDataSource;
import org.springframework.context.annotation.AnnotationConfigApplicationContext;
import org.springframework.dao.ConcurrencyFailureException;
import org.springframework.dao.DuplicateKeyException;
import org.springframework.dao.OptimisticLockingFailureException;
import org.springframework.jdbc.core.simple.JdbcClient;

/** Real conflicts, and who retries them. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ConflictRetryScenarioTest {

    private static final int CALLERS = 16;
    private static final int ROUNDS = 1;

    private final HikariDataSource pool = poolThatFindsDeadlocksSoon();
    private final JdbcClient outside = JdbcClient.create(PostgresServer.direct());
    private AnnotationConfigApplicationContext context;
    private Conflicting conflicting;
    private ConflictRetry retry;
    private JdbcClient jdbc;

    @BeforeAll
    void open() {
        outside.sql("CREATE TABLE IF NOT EXISTS retried (id int PRIMARY KEY, value int NOT NULL)")
                .update();
        outside.sql("CREATE TABLE IF NOT EXISTS short_codes (code int CONSTRAINT short_codes_once UNIQUE)")
                .update();
        context = InterlockContext.on(pool)
                .beans(Conflicting.class, Setting.Asynchronous.class)
                .retries(new RetryBudgets.Settings(0, 10_000, 0))
                .open();
        conflicting = context.getBean(Conflicting.class);
        retry = context.getBean(ConflictRetry.class);
        jdbc = JdbcClient.create(pool);
    }

    @AfterAll
    void close() {
        context.close();
        pool.close();
    }

    @BeforeEach
    void reset() {
        outside.sql("TRUNCATE retried, short_codes").update();
        outside.sql("INSERT INTO retried SELECT n, 0 FROM generate_series(1, 4) n")
                .update();
    }

    @Test
    void anAttemptSeesItsNumberAndWhatTheFormerFailedWith() throws Exception {
        List<String> seen = new ArrayList<>();
        String result = conflicting.byDefault(() -> {
            RetryContext now = RetryContext.current();
            seen.add(now.attempt() + " " + now.lastConflict().map(Enum::name).orElse("none"));
            if (seen.size() == 1) {
                throw new OptimisticLockingFailureException("stale");
            }
            if (seen.size() == 2) {
                throw new IllegalStateException(new SQLException("translated by nobody", "40P01"));
            }
            return "done";
        });
        assertThat(result).isEqualTo("done");
        assertThat(seen).containsExactly("1 none", "2 OPTIMISTIC", "3 DEADLOCK");
        assertThatThrownBy(RetryContext::current).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void theLastFailureIsThrownAsItIsWithTheEarlierOnesSuppressed() {
        List<OptimisticLockingFailureException> thrown = new ArrayList<>();
        assertThatThrownBy(() -> conflicting.byDefault(() -> {
                    thrown.add(new OptimisticLockingFailureException("attempt " + (thrown.size() + 1)));
                    throw thrown.get(thrown.size() - 1);
                }))
                .isSameAs(thrown.get(2))
                .satisfies(last -> assertThat(last.getSuppressed()).containsExactly(thrown.get(0), thrown.get(1)));
        assertThat(thrown).hasSize(3);
    }

    @Test
    void theNumberOfRetriesMayBeLeftToTheTimeout() {
        AtomicInteger attempts = new AtomicInteger();
        retry.maxRetries(Integer.MAX_VALUE)
                .backoff(Duration.ZERO, 1, Duration.ZERO, Jitter.NONE)
                .run(() -> {
                    if (attempts.incrementAndGet() < 100) {
                        throw new OptimisticLockingFailureException("attempt " + attempts);
                    }
                });
        assertThat(attempts).hasValue(100);
    }

    @Test
    void oneExceptionThrownAgainAndAgainIsNotItsOwnHistory() {
        OptimisticLockingFailureException same = new OptimisticLockingFailureException("the same");
        assertThatThrownBy(() -> conflicting.byDefault(() -> {
                    throw same;
                }))
                .isSameAs(same)
                .hasNoSuppressedExceptions();
    }

    @Test
    void whatIsNoConflictIsNotRetried() {
        AtomicInteger attempts = new AtomicInteger();
        assertThatThrownBy(() -> conflicting.onAll(() -> {
                    attempts.incrementAndGet();
                    throw new IllegalArgumentException("the body's own");
                }))
                .isInstanceOf(IllegalArgumentException.class)
                .hasNoSuppressedExceptions();
        assertThat(attempts).hasValue(1);
    }

    @Test
    void aStaleVersionOfTheClientIsNotRetried() {
        AtomicInteger attempts = new AtomicInteger();
        assertThatThrownBy(() -> conflicting.onAll(() -> {
                    attempts.incrementAndGet();
                    int updated = jdbc.sql("UPDATE retried SET value = 1 WHERE id = 1 AND value = 99")
                            .update();
                    throw new StaleVersionException("version 99 is stale, " + updated + " rows");
                }))
                .isInstanceOf(StaleVersionException.class);
        assertThat(attempts).hasValue(1);
    }

    @Test
    void anAttemptWithoutOwnTransactionIsAllOrNothing() throws Exception {
        AtomicInteger attempts = new AtomicInteger();
        conflicting.bare(() -> {
            jdbc.sql("UPDATE retried SET value = value + 1 WHERE id = 1").update();
            if (attempts.incrementAndGet() < 3) {
                throw new OptimisticLockingFailureException("again");
            }
            return jdbc.sql("UPDATE retried SET value = value + 1 WHERE id = 2").update();
        });
        assertThat(values()).containsExactly(1, 1, 0, 0);
    }

    @Test
    void inATransactionOfTheCallerTheBodyRunsOnceAndItsOwnerRetries() throws Exception {
        AtomicInteger outer = new AtomicInteger();
        AtomicInteger inner = new AtomicInteger();
        String result = conflicting.byDefault(() -> {
            outer.incrementAndGet();
            return conflicting.inTransaction(() -> conflicting.byDefault(() -> {
                if (inner.incrementAndGet() < 3) {
                    conflict();
                }
                return "done";
            }));
        });
        assertThat(result).isEqualTo("done");
        assertThat(outer).hasValue(3);
        assertThat(inner).hasValue(3);
    }

    @Test
    void aTransactionOfTheCallerIsNotRetriedInside() {
        AtomicInteger attempts = new AtomicInteger();
        assertThatThrownBy(() -> conflicting.inTransaction(() -> conflicting.onAll(() -> {
                    attempts.incrementAndGet();
                    conflict();
                    return null;
                })))
                .isInstanceOf(ConcurrencyFailureException.class)
                .satisfies(thrown -> assertThat(((SQLException) thrown.getCause()).getSQLState())
                        .as("the original error, not that the transaction has failed")
                        .isEqualTo("40001"));
        assertThat(attempts).hasValue(1);
    }

    @Test
    void nestedRetriesDoNotMultiply() {
        AtomicInteger attempts = new AtomicInteger();
        assertThatThrownBy(() -> retry.backoff(Duration.ZERO, 1, Duration.ZERO, Jitter.NONE)
                        .call(() -> conflicting.bare(() -> retry.call(() -> {
                            attempts.incrementAndGet();
                            throw new OptimisticLockingFailureException("always");
                        }))))
                .isInstanceOf(OptimisticLockingFailureException.class);
        assertThat(attempts).hasValue(4);
    }

    @Test
    void writeSkewIsFoundAtTheCommitAndRetried() throws Exception {
        RaceResult<Object> race = Race.callers(CALLERS)
                .run(caller -> conflicting.serializable(() -> {
                    int sum = jdbc.sql("SELECT sum(value) FROM retried")
                            .query(Integer.class)
                            .single();
                    int row = 1 + ThreadLocalRandom.current().nextInt(4);
                    jdbc.sql("UPDATE retried SET value = value + ? WHERE id = ?")
                            .params(sum == 0 ? 1 : 0, row)
                            .update();
                    return "done";
                }));
        race.requireNoFailure();
        assertThat(values().stream().mapToInt(Integer::intValue).sum()).isEqualTo(1);
    }

    @Test
    void deadlocksOfTwoRowsInOppositeOrderAllSucceedInTheEnd() throws Exception {
        AtomicInteger attempts = new AtomicInteger();
        RaceResult<Void> race = Race.callers(CALLERS).runAll(caller -> {
            int first = 1 + caller.number() % 2;
            for (int i = 0; i < ROUNDS; i++) {
                conflicting.patiently(() -> {
                    attempts.incrementAndGet();
                    add(first);
                    return add(3 - first);
                });
            }
        });
        race.requireNoFailure();
        assertThat(values()).containsExactly(CALLERS * ROUNDS, CALLERS * ROUNDS, 0, 0);
        assertThat(attempts).as("no deadlock came about").hasValueGreaterThan(CALLERS * ROUNDS);
    }

    @Test
    void controlArmWithoutRetryFailsInDeadlocks() throws Exception {
        RaceResult<Void> race = Race.callers(CALLERS).runAll(caller -> {
            int first = 1 + caller.number() % 2;
            for (int i = 0; i < ROUNDS; i++) {
                conflicting.inTransaction(() -> {
                    add(first);
                    return add(3 - first);
                });
            }
        });
        assertThat(race.failures()).isNotEmpty();
    }

    @Test
    void aTakenCodeIsDrawnAgainIfItsConstraintIsNamed() throws Exception {
        outside.sql("INSERT INTO short_codes VALUES (1)").update();
        AtomicInteger attempts = new AtomicInteger();
        ThrowingSupplier<Integer, RuntimeException> insert = () -> {
            int code = attempts.incrementAndGet();
            return jdbc.sql("INSERT INTO short_codes VALUES (?)").param(code).update();
        };
        ConflictRetry once = retry.backoff(Duration.ofMillis(1), 1, Duration.ofMillis(1), Jitter.FULL);
        once.onViolationOf("short_codes_once").call(() -> conflicting.inTransaction(insert::get));
        assertThat(attempts).hasValue(2);
        attempts.set(0);
        assertThatThrownBy(() -> once.onViolationOf("another").call(() -> conflicting.inTransaction(insert::get)))
                .isInstanceOf(DuplicateKeyException.class);
        assertThat(attempts).hasValue(1);
    }

    @Test
    void aConflictAfterACommitInsideTheAttemptIsThrown() {
        AtomicInteger attempts = new AtomicInteger();
        assertThatThrownBy(() -> retry.run(() -> {
                    attempts.incrementAndGet();
                    conflicting.inNewTransaction(() -> add(1));
                    throw new OptimisticLockingFailureException("after a commit");
                }))
                .isInstanceOf(OptimisticLockingFailureException.class);
        assertThat(attempts).hasValue(1);
        assertThat(values()).containsExactly(1, 0, 0, 0);
        assertThatThrownBy(() -> conflicting.byDefault(() -> {
                    conflicting.inNewTransaction(() -> add(2));
                    throw new OptimisticLockingFailureException("after a commit of another transaction");
                }))
                .isInstanceOf(OptimisticLockingFailureException.class);
        assertThat(values()).containsExactly(1, 1, 0, 0);
    }

    @Test
    void aLostConnectionIsRetriedOnlyIfTheAttemptWasATransaction() throws Exception {
        AtomicInteger attempts = new AtomicInteger();
        ThrowingSupplier<String, Exception> dying = () -> {
            add(1);
            if (attempts.incrementAndGet() == 1) {
                jdbc.sql("SELECT pg_terminate_backend(pg_backend_pid())")
                        .query()
                        .listOfRows();
            }
            return "done";
        };
        assertThat(conflicting.onAll(dying)).isEqualTo("done");
        assertThat(attempts).hasValue(2);
        assertThat(values()).containsExactly(1, 0, 0, 0);
        attempts.set(0);
        assertThatThrownBy(() -> retry.on(Conflict.CONNECTION).call(dying)).isNotNull();
        assertThat(attempts).as("outside a transaction").hasValue(1);
        attempts.set(0);
        assertThat(retry.on(Conflict.CONNECTION).call(() -> conflicting.inTransaction(dying)))
                .isEqualTo("done");
    }

    @Test
    void theFallbackIsToldTheConflictAndRunsOutsideTheTransaction() {
        assertThat(conflicting.withFallback("answer", () -> {
                    throw new OptimisticLockingFailureException("always");
                }))
                .isEqualTo("answer instead of OptimisticLockingFailureException");
        assertThatThrownBy(() -> conflicting.withFallback("answer", () -> {
                    throw new IllegalArgumentException("no conflict");
                }))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void anAsynchronousCallIsRetriedOnItsOwnThread() throws Exception {
        BlockingQueue<String> attempts = new LinkedBlockingQueue<>();
        conflicting.asynchronous(() -> {
            attempts.add(Thread.currentThread().getName() + " " + add(1) + " "
                    + RetryContext.current().attempt());
            if (RetryContext.current().attempt() == 1) {
                throw new OptimisticLockingFailureException("again");
            }
        });
        String first = attempts.poll(30, TimeUnit.SECONDS);
        String second = attempts.poll(30, TimeUnit.SECONDS);
        assertThat(first).endsWith(" 1").doesNotStartWith(Thread.currentThread().getName() + " ");
        assertThat(second).isEqualTo(first.replaceAll("1$", "2"));
        await().until(() -> values().equals(List.of(1, 0, 0, 0)));
    }

    @Test
    void fromTheGivenAttemptOnTheLockIsHeldUntilTheCommit() throws Exception {
        LockTemplate locks = context.getBean(LockTemplate.class);
        List<Boolean> free = new ArrayList<>();
        conflicting.escalating(7, () -> {
            boolean[] got = {false};
            Thread other = new Thread(() -> got[0] =
                    locks.advisory("conflicting", 7).waitTime(Duration.ZERO).tryRun(() -> {}));
            other.start();
            other.join();
            free.add(got[0]);
            if (free.size() < 4) {
                throw new OptimisticLockingFailureException("again");
            }
            return "done";
        });
        assertThat(free).containsExactly(true, true, false, false);
        assertThat(locks.advisory("conflicting", 7).waitTime(Duration.ZERO).tryRun(() -> {}))
                .isTrue();
    }

    private static HikariDataSource poolThatFindsDeadlocksSoon() {
        PGSimpleDataSource source = (PGSimpleDataSource) PostgresServer.direct();
        source.setOptions("-c deadlock_timeout=100ms");
        HikariConfig config = new HikariConfig();
        config.setDataSource(source);
        config.setMaximumPoolSize(CALLERS);
        return new HikariDataSource(config);
    }

    @Test
    void aLockThatIsNotToBeHadInTimeLeavesTheConflictToTheCaller() throws Exception {
        AtomicInteger attempts = new AtomicInteger();
        CountDownLatch locked = new CountDownLatch(1);
        CountDownLatch done = new CountDownLatch(1);
        LockTemplate locks = context.getBean(LockTemplate.class);
        Thread other = new Thread(() -> locks.advisory("conflicting", 8).run(() -> {
            locked.countDown();
            awaitQuietly(done);
        }));
        other.start();
        locked.await();
        try {
            assertThatThrownBy(() -> retry.escalateAfter(1, "conflicting", 8)
                            .timeout(Duration.ofMillis(300))
                            .run(() -> {
                                attempts.incrementAndGet();
                                throw new OptimisticLockingFailureException("always");
                            }))
                    .isInstanceOf(OptimisticLockingFailureException.class)
                    .satisfies(thrown -> assertThat(thrown.getSuppressed())
                            .singleElement()
                            .isInstanceOf(LockNotAcquiredException.class));
        } finally {
            done.countDown();
            other.join();
        }
        assertThat(attempts).hasValue(1);
        assertThat(context.getBean(RetryCounts.class).all().keySet())
                .anyMatch(kind -> kind.outcome() == RetryCounts.Outcome.LOCK_NOT_ACQUIRED);
    }

    @Test
    void theFallbackIsNotForInterrupts() {
        Thread.currentThread().interrupt();
        try {
            assertThatThrownBy(() -> conflicting.withFallback("answer", () -> {
                        throw new OptimisticLockingFailureException("interrupted");
                    }))
                    .hasMessage("interrupted");
        } finally {
            assertThat(Thread.interrupted()).isTrue();
        }
    }

    private static void awaitQuietly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException interrupt) {
            Thread.currentThread().interrupt();
        }
    }

    private int add(int row) {
        return jdbc.sql("UPDATE retried SET value = value + 1 WHERE id = ?")
                .param(row)
                .update();
    }

    /** A serialization failure in the active transaction. */
    private void conflict() {
        jdbc.sql("DO $$ BEGIN RAISE EXCEPTION 'conflict' USING ERRCODE = '40001'; END $$")
                .update();
    }

    private List<Integer> values() {
        return outside.sql("SELECT value FROM retried ORDER BY id")
                .query(Integer.class)
                .list();
    }
}
