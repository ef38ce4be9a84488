package dev.interlock.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.interlock.annotation.LockMode;
import dev.interlock.guard.Clock;
import dev.interlock.guard.Deadline;
import dev.interlock.key.KeyNamespace;
import dev.interlock.key.LockKey;
import dev.interlock.lock.BackendHold;
import dev.interlock.lock.LockBackend.Acquisition;
import dev.interlock.lock.LockRequest;
import dev.interlock.testing.PostgresServer;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.springframework.jdbc.core.simple.JdbcClient;

/** Two engines that know nothing of each other, as two processes would have, each new for every test. */
abstract class SessionLocksFixture {

    static final KeyNamespace NAMESPACE = new KeyNamespace("session-locks-fixture");

    final JdbcClient jdbc = JdbcClient.create(PostgresServer.direct());
    final String here = "here " + UUID.randomUUID().toString().substring(0, 8);
    final String there = "there " + UUID.randomUUID().toString().substring(0, 8);
    final LockKey key = NAMESPACE.key("fixture", UUID.randomUUID().toString());

    private Set<Thread> before;
    PostgresSessionLocks locks;
    PostgresSessionLocks others;

    @BeforeEach
    void open() {
        before = Set.copyOf(Thread.getAllStackTraces().keySet());
        locks = open(here);
        others = open(there);
    }

    @AfterEach
    void nothingIsLeft() {
        await().atMost(Duration.ofSeconds(10))
                .untilAsserted(() -> assertThat(locksLeft()).isZero());
        locks.destroy();
        others.destroy();
        await().atMost(Duration.ofSeconds(10)).untilAsserted(() -> {
            assertThat(connections(here)).isZero();
            assertThat(connections(there)).isZero();
            assertThat(Thread.getAllStackTraces().keySet())
                    .filteredOn(thread -> !before.contains(thread))
                    .extracting(Thread::getName)
                    .noneMatch(name -> name.startsWith("interlock-session-locks"));
        });
    }

    static PostgresSessionLocks open(String application) {
        return new PostgresSessionLocks(PostgresServer.direct(), new PostgresSessionLocks.Settings(application, 1000));
    }

    BackendHold granted(PostgresSessionLocks by) throws InterruptedException {
        return granted(by, LockMode.EXCLUSIVE);
    }

    BackendHold granted(PostgresSessionLocks by, LockMode mode) throws InterruptedException {
        Acquisition acquisition = acquire(by, mode, Duration.ofSeconds(60));
        assertThat(acquisition).isInstanceOf(Acquisition.Granted.class);
        return ((Acquisition.Granted) acquisition).hold();
    }

    Acquisition acquire(PostgresSessionLocks by, LockMode mode, Duration wait) throws InterruptedException {
        return acquire(by, key, mode, wait);
    }

    static Acquisition acquire(PostgresSessionLocks by, LockKey key, LockMode mode, Duration wait)
            throws InterruptedException {
        return by.acquire(new LockRequest(key, mode, false, Duration.ZERO), Deadline.after(Clock.SYSTEM, wait));
    }

    static BackendHold.State release(BackendHold hold) {
        return hold.release(Duration.ZERO).join();
    }

    int locksLeft() {
        return count("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND ? = ?", "x", "x");
    }

    /** Sessions that hold the key, in any mode. */
    int holders() {
        return count(
                "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND granted AND"
                        + " ((classid::bigint << 32) | objid::bigint) = ? AND 'x' = ?",
                key.id(),
                "x");
    }

    int waiters() {
        return count(
                "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted AND"
                        + " ((classid::bigint << 32) | objid::bigint) = ? AND 'x' = ?",
                key.id(),
                "x");
    }

    int connections(String application) {
        return count("SELECT count(*) FROM pg_stat_activity WHERE application_name = ? AND 'x' = ?", application, "x");
    }

    private int count(String sql, Object first, Object second) {
        return jdbc.sql(sql).params(List.of(first, second)).query(Integer.class).single();
    }

    void terminate(String application) {
        jdbc.sql("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = ?")
                .param(application)
                .query(Boolean.class)
                .list();
    }

    static Thread start(ThrowingRunnable work) {
        Thread thread = new Thread(() -> {
            try {
                work.run();
            } catch (Exception failure) {
                throw new IllegalStateException(failure);
            }
        });
        thread.start();
        return thread;
    }

    static void join(Thread thread) throws InterruptedException {
        thread.join(Duration.ofSeconds(60).toMillis());
        assertThat(thread.isAlive()).isFalse();
    }

    /** Work that may throw. */
    interface ThrowingRunnable {
        void run() throws Exception;
    }
}
