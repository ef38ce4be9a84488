package dev.interlock.scenario;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.zaxxer.hikari.HikariDataSource;
import dev.interlock.annotation.Jitter;
import dev.interlock.retry.ConflictRetry;
import dev.interlock.retry.RetryBudgets;
import dev.interlock.retry.RetryCounts;
import dev.interlock.retry.RetryCounts.Outcome;
import dev.interlock.test.Race;
import dev.interlock.test.RaceResult;
import dev.interlock.testing.InterlockContext;
import dev.interlock.testing.PostgresServer;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.context.annotation.AnnotationConfigApplicationContext;
import org.springframework.dao.OptimisticLockingFailureException;
import org.springframework.jdbc.core.simple.JdbcClient;

/** Everybody meets conflicts all the time, with one connection for all. */
class RetryStormTest {

    private static final int CALLERS = 64;
    private static final int CALLS = 3;
    private static final int CAPACITY = 20;
    private static final double PER_CALL = 0.1;

    private HikariDataSource pool;
    private AnnotationConfigApplicationContext context;
    private Conflicting conflicting;
    private ConflictRetry retry;
    private JdbcClient jdbc;

    @BeforeEach
    void open() {
        pool = PostgresServer.pool(1);
        context = InterlockContext.on(pool)
                .beans(Conflicting.class)
                .retries(new RetryBudgets.Settings(PER_CALL, CAPACITY, 0))
                .open();
        conflicting = context.getBean(Conflicting.class);
        retry = context.getBean(ConflictRetry.class);
        jdbc = JdbcClient.create(pool);
    }

    @AfterEach
    void close() {
        context.close();
        pool.close();
    }

    @Test
    void retriesStayWithinTheBudget() throws Exception {
        AtomicInteger attempts = new AtomicInteger();
        RaceResult<Void> race = Race.callers(CALLERS).runAll(caller -> {
            for (int i = 0; i < CALLS; i++) {
                assertThatThrownBy(() -> conflicting.byDefault(() -> alwaysConflicts(attempts)))
                        .isInstanceOf(OptimisticLockingFailureException.class);
            }
        });
        race.requireNoFailure();
        int calls = CALLERS * CALLS;
        assertThat(count(Outcome.RETRIED)).isEqualTo((long) attempts.get() - calls);
        assertThat(attempts.get() - calls).isBetween(CAPACITY, CAPACITY + (int) (PER_CALL * calls));
        assertThat(count(Outcome.BUDGET_SPENT)).isPositive();
    }

    @Test
    void controlArmWithoutABudgetMultipliesTheLoad() throws Exception {
        AtomicInteger attempts = new AtomicInteger();
        try (AnnotationConfigApplicationContext unlimited = InterlockContext.on(pool)
                .beans(Conflicting.class)
                .retries(new RetryBudgets.Settings(0, 1_000_000, 0))
                .open()) {
            RaceResult<Void> race = Race.callers(CALLERS).runAll(caller -> {
                assertThatThrownBy(
                        () -> unlimited.getBean(Conflicting.class).byDefault(() -> alwaysConflicts(attempts)));
            });
            race.requireNoFailure();
        }
        assertThat(attempts).hasValueGreaterThan(2 * CALLERS);
    }

    @Test
    void noConnectionIsHeldBetweenAttempts() throws Exception {
        AtomicInteger attempts = new AtomicInteger();
        Thread sleeper = start(new AtomicReference<>(), attempts);
        assertThat(pool.getHikariPoolMXBean().getActiveConnections()).isZero();
        assertThat(jdbc.sql("SELECT 1").query(Integer.class).single()).isEqualTo(1);
        sleeper.interrupt();
        sleeper.join();
    }

    @Test
    void anInterruptEndsTheWaitAtOnceAndIsRestored() throws Exception {
        AtomicReference<Throwable> thrown = new AtomicReference<>();
        AtomicInteger attempts = new AtomicInteger();
        Thread sleeper = start(thrown, attempts);
        long start = System.nanoTime();
        sleeper.interrupt();
        sleeper.join(20_000);
        assertThat(sleeper.isAlive()).isFalse();
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(20));
        assertThat(thrown.get()).isInstanceOf(OptimisticLockingFailureException.class);
        assertThat(thrown.get().getSuppressed()).hasAtLeastOneElementOfType(InterruptedException.class);
        assertThat(thrown.get()).hasMessage("interrupted: true");
        assertThat(attempts).hasValue(1);
    }

    /** A call that waits for a minute before its first retry. */
    private Thread start(AtomicReference<Throwable> thrown, AtomicInteger attempts) {
        Duration minute = Duration.ofSeconds(60);
        Thread sleeper = new Thread(() -> {
            try {
                retry.backoff(minute, 1, minute, Jitter.NONE)
                        .timeout(minute.multipliedBy(10))
                        .run(() -> conflicting.inTransaction(() -> alwaysConflicts(attempts)));
            } catch (Exception failure) {
                OptimisticLockingFailureException told = new OptimisticLockingFailureException(
                        "interrupted: " + Thread.currentThread().isInterrupted());
                for (Throwable suppressed : failure.getSuppressed()) {
                    told.addSuppressed(suppressed);
                }
                thrown.set(failure instanceof OptimisticLockingFailureException ? told : failure);
            }
        });
        sleeper.start();
        await().until(() -> sleeper.getState() == Thread.State.TIMED_WAITING && attempts.get() == 1);
        return sleeper;
    }

    private String alwaysConflicts(AtomicInteger attempts) {
        attempts.incrementAndGet();
        jdbc.sql("SELECT 1").query(Integer.class).single();
        throw new OptimisticLockingFailureException("always");
    }

    private long count(Outcome outcome) {
        return context.getBean(RetryCounts.class).all().entrySet().stream()
                .filter(entry -> entry.getKey().outcome() == outcome)
                .mapToLong(Map.Entry::getValue)
                .sum();
    }
}
