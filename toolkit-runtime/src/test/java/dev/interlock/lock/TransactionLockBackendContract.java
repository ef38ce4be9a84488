package dev.interlock.lock;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.zaxxer.hikari.HikariDataSource;
import dev.interlock.annotation.LockMode;
import dev.interlock.guard.Clock;
import dev.interlock.guard.Deadline;
import dev.interlock.guard.TransactionEvents;
import dev.interlock.key.KeyNamespace;
import dev.interlock.key.LockKey;
import dev.interlock.lock.TransactionLockBackend.Attempt;
import dev.interlock.test.Race;
import dev.interlock.test.RaceResult;
import dev.interlock.testing.PostgresServer;
import java.time.Duration;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.datasource.DataSourceTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;

/** What every backend of transaction locks promises. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
public abstract class TransactionLockBackendContract {

    private static final KeyNamespace NAMESPACE = new KeyNamespace("transaction-lock-contract");
    private static final int CALLERS = 16;

    private HikariDataSource pool;
    private TransactionTemplate transaction;
    private TransactionLockBackend backend;

    protected abstract TransactionLockBackend create(HikariDataSource pool);

    @BeforeAll
    void open() {
        pool = PostgresServer.pool(CALLERS + 2);
        DataSourceTransactionManager manager = new DataSourceTransactionManager(pool);
        manager.addListener(new TransactionEvents());
        transaction = new TransactionTemplate(manager);
        backend = create(pool);
    }

    @AfterAll
    void close() {
        pool.close();
    }

    protected HikariDataSource pool() {
        return pool;
    }

    protected TransactionTemplate transaction() {
        return transaction;
    }

    protected TransactionLockBackend backend() {
        return backend;
    }

    protected static LockKey someKey() {
        return NAMESPACE.key("contract", UUID.randomUUID().toString());
    }

    protected static Deadline in(Duration duration) {
        return Deadline.after(Clock.SYSTEM, duration);
    }

    @Test
    void isHeldUntilTheTransactionEnds() throws Exception {
        LockKey key = someKey();
        whileHeld(key, () -> assertThat(tryLock(key)).isInstanceOf(Attempt.Busy.class));
        assertThat(tryLock(key)).isInstanceOf(Attempt.Locked.class);
    }

    @Test
    void aRollbackFreesItToo() {
        LockKey key = someKey();
        transaction.executeWithoutResult(status -> {
            assertThat(backend.tryLock(key, LockMode.EXCLUSIVE)).isInstanceOf(Attempt.Locked.class);
            status.setRollbackOnly();
        });
        assertThat(tryLock(key)).isInstanceOf(Attempt.Locked.class);
    }

    @Test
    void aRollbackToASavepointFreesWhatWasTakenAfterIt() {
        LockKey before = someKey();
        LockKey after = someKey();
        transaction.executeWithoutResult(status -> {
            backend.tryLock(before, LockMode.EXCLUSIVE);
            Object savepoint = status.createSavepoint();
            backend.tryLock(after, LockMode.EXCLUSIVE);
            status.rollbackToSavepoint(savepoint);
            assertThat(elsewhere(() -> tryLock(after))).isInstanceOf(Attempt.Locked.class);
            assertThat(elsewhere(() -> tryLock(before))).isInstanceOf(Attempt.Busy.class);
        });
    }

    @Test
    void aWaitInVainLeavesTheTransactionUsable() throws Exception {
        LockKey key = someKey();
        whileHeld(
                key,
                () -> transaction.executeWithoutResult(status -> {
                    long start = System.nanoTime();
                    assertThat(lock(key, Duration.ofMillis(500))).isInstanceOf(Attempt.Busy.class);
                    assertThat(Duration.ofNanos(System.nanoTime() - start))
                            .isBetween(Duration.ofMillis(490), Duration.ofSeconds(20));
                    assertThat(JdbcClient.create(pool)
                                    .sql("SELECT 1")
                                    .query(Integer.class)
                                    .single())
                            .isEqualTo(1);
                }));
    }

    @Test
    void aWaiterGetsTheLockWhenItIsFree() throws Exception {
        LockKey key = someKey();
        CountDownLatch held = new CountDownLatch(1);
        Thread holder = new Thread(() -> transaction.executeWithoutResult(status -> {
            backend.tryLock(key, LockMode.EXCLUSIVE);
            held.countDown();
            pause(300);
        }));
        holder.start();
        held.await();
        transaction.executeWithoutResult(
                status -> assertThat(lock(key, Duration.ofSeconds(60))).isInstanceOf(Attempt.Locked.class));
        holder.join();
    }

    @Test
    void anInterruptedWaiterLeavesNothing() throws Exception {
        LockKey key = someKey();
        whileHeld(key, () -> {
            Thread waiter = new Thread(() -> transaction.executeWithoutResult(status -> assertThatThrownBy(
                            () -> backend.lock(key, LockMode.EXCLUSIVE, in(Duration.ofSeconds(60))))
                    .isInstanceOf(InterruptedException.class)));
            waiter.start();
            pause(200);
            waiter.interrupt();
            join(waiter);
        });
        assertThat(tryLock(key)).isInstanceOf(Attempt.Locked.class);
    }

    @Test
    void anUnprotectedCounterSumsExactly() throws Exception {
        LockKey key = someKey();
        int[] counter = {0};
        RaceResult<Void> race = Race.callers(CALLERS).runAll(caller -> {
            for (int i = 0; i < 10; i++) {
                transaction.executeWithoutResult(status -> {
                    assertThat(lock(key, Duration.ofSeconds(60))).isInstanceOf(Attempt.Locked.class);
                    int read = counter[0];
                    pause(1);
                    counter[0] = read + 1;
                });
            }
        });
        race.requireNoFailure();
        assertThat(counter[0]).isEqualTo(CALLERS * 10);
    }

    @Test
    void needsATransaction() {
        assertThat(backend.tryLock(someKey(), LockMode.EXCLUSIVE)).isInstanceOf(Attempt.Impossible.class);
    }

    protected Attempt tryLock(LockKey key) {
        return transaction.execute(status -> backend.tryLock(key, LockMode.EXCLUSIVE));
    }

    private Attempt lock(LockKey key, Duration wait) {
        try {
            return backend.lock(key, LockMode.EXCLUSIVE, in(wait));
        } catch (InterruptedException interrupt) {
            throw new AssertionError(interrupt);
        }
    }

    private void whileHeld(LockKey key, Runnable work) throws InterruptedException {
        CountDownLatch held = new CountDownLatch(1);
        CountDownLatch done = new CountDownLatch(1);
        Thread holder = new Thread(() -> transaction.executeWithoutResult(status -> {
            backend.tryLock(key, LockMode.EXCLUSIVE);
            held.countDown();
            try {
                done.await();
            } catch (InterruptedException interrupt) {
                Thread.currentThread().interrupt();
            }
        }));
        holder.start();
        held.await();
        try {
            work.run();
        } finally {
            done.countDown();
            holder.join();
        }
    }

    private static Attempt elsewhere(Supplier<Attempt> attempt) {
        return CompletableFuture.supplyAsync(attempt, command -> new Thread(command).start())
                .join();
    }

    private static void pause(long millis) {
        try {
            Thread.sleep(millis);
        } catch (InterruptedException interrupt) {
            throw new AssertionError(interrupt);
        }
    }

    private static void join(Thread thread) {
        try {
            thread.join(30_000);
            assertThat(thread.isAlive()).isFalse();
        } catch (InterruptedException interrupt) {
            throw new AssertionError(interrupt);
        }
    }
}
