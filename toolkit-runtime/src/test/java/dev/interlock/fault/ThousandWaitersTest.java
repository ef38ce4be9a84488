package dev.interlock.fault;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.zaxxer.hikari.HikariDataSource;
import dev.interlock.annotation.AdvisoryLocked;
import dev.interlock.annotation.LockScope;
import dev.interlock.lock.LockNotAcquiredException;
import dev.interlock.testing.InterlockContext;
import dev.interlock.testing.PostgresServer;
import java.sql.Connection;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.springframework.context.annotation.AnnotationConfigApplicationContext;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.transaction.annotation.Transactional;

/** A thousand callers wait for one key next to a pool of ten: the pool stays free, and the engine needs few connections. */
class ThousandWaitersTest {

    private static final int PATIENT = 700;
    private static final int HASTY = 300;
    private static final Duration HASTE = Duration.ofSeconds(4);
    private static final int ENGINE_CONNECTIONS = 5;

    /** How one caller ended. */
    private record End(Object result, Duration after) {}

    @Test
    void noWaiterHoldsAPooledConnection() throws Exception {
        try (HikariDataSource pool = PostgresServer.pool(10);
                AnnotationConfigApplicationContext context =
                        InterlockContext.on(pool).beans(Queue.class).open();
                Connection otherProcess = PostgresServer.direct().getConnection();
                Statement statement = otherProcess.createStatement()) {
            Queue queue = context.getBean(Queue.class);
            statement.execute("SELECT pg_advisory_lock(interlock_lock_key('" + InterlockContext.NAMESPACE + "', '"
                    + Queue.NAME + "'))");
            AtomicInteger started = new AtomicInteger();
            ExecutorService threads = Executors.newFixedThreadPool(PATIENT + HASTY);
            try {
                List<Future<End>> hasty = submit(threads, HASTY, started, queue::hasty);
                List<Future<End>> patient = submit(threads, PATIENT, started, queue::patient);
                await().atMost(Duration.ofSeconds(30)).until(() -> started.get() == PATIENT + HASTY);
                assertPoolUntouched(pool);
                assertUnrelatedQueriesAreServed(pool);
                assertTimedOut(hasty);
                assertFewConnections();
                assertThat(patient).noneMatch(Future::isDone);
                statement.execute("SELECT pg_advisory_unlock_all()");
                assertServed(patient);
            } finally {
                threads.shutdownNow();
            }
            assertNothingLeft(pool);
        }
    }

    private static List<Future<End>> submit(
            ExecutorService threads, int callers, AtomicInteger started, Callable<Integer> call) {
        List<Future<End>> futures = new ArrayList<>();
        for (int i = 0; i < callers; i++) {
            futures.add(threads.submit(() -> {
                started.incrementAndGet();
                long start = System.nanoTime();
                Object result;
                try {
                    result = call.call();
                } catch (LockNotAcquiredException refusal) {
                    result = refusal;
                }
                return new End(result, Duration.ofNanos(System.nanoTime() - start));
            }));
        }
        return futures;
    }

    private static void assertPoolUntouched(HikariDataSource pool) throws InterruptedException {
        for (int i = 0; i < 50; i++) {
            assertThat(pool.getHikariPoolMXBean().getActiveConnections())
                    .as("pooled connections in use while all callers wait")
                    .isZero();
            assertThat(pool.getHikariPoolMXBean().getThreadsAwaitingConnection())
                    .isZero();
            TimeUnit.MILLISECONDS.sleep(10);
        }
    }

    private static void assertUnrelatedQueriesAreServed(HikariDataSource pool) {
        List<Duration> times = new ArrayList<>();
        JdbcClient jdbc = JdbcClient.create(pool);
        for (int i = 0; i < 500; i++) {
            long start = System.nanoTime();
            assertThat(jdbc.sql("SELECT 1").query(Integer.class).single()).isEqualTo(1);
            times.add(Duration.ofNanos(System.nanoTime() - start));
            if (i % 50 == 0) {
                assertFewConnections();
            }
        }
        Histogram histogram = new Histogram(times);
        System.out.println("Unrelated queries beside " + (PATIENT + HASTY) + " waiters: " + histogram);
        assertThat(histogram.greatest()).isLessThan(Duration.ofSeconds(3));
    }

    private static void assertFewConnections() {
        assertThat(JdbcClient.create(PostgresServer.direct())
                        .sql("SELECT count(*) FROM pg_stat_activity WHERE application_name = ?")
                        .param("interlock-tests locks")
                        .query(Integer.class)
                        .single())
                .as("connections of the lock engine")
                .isBetween(1, ENGINE_CONNECTIONS);
    }

    private static void assertTimedOut(List<Future<End>> hasty) throws Exception {
        List<Duration> times = new ArrayList<>();
        for (Future<End> call : hasty) {
            End end = call.get(60, TimeUnit.SECONDS);
            assertThat(end.result()).isInstanceOf(LockNotAcquiredException.class);
            times.add(end.after());
        }
        Histogram histogram = new Histogram(times);
        System.out.println("Callers with a wait time of " + HASTE.toMillis() + " ms gave up: " + histogram);
        assertThat(times).allMatch(time -> time.compareTo(HASTE) >= 0);
        assertThat(histogram.greatest()).isLessThan(HASTE.plusSeconds(10));
    }

    private static void assertServed(List<Future<End>> patient) throws Exception {
        for (Future<End> call : patient) {
            assertThat(call.get(60, TimeUnit.SECONDS).result()).isEqualTo(1);
        }
    }

    private static void assertNothingLeft(HikariDataSource pool) {
        JdbcClient jdbc = JdbcClient.create(PostgresServer.direct());
        await().atMost(Duration.ofSeconds(10)).untilAsserted(() -> {
            assertThat(pool.getHikariPoolMXBean().getActiveConnections()).isZero();
            assertThat(jdbc.sql("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'")
                            .query(Integer.class)
                            .single())
                    .isZero();
        });
    }

    /** What they wait for. */
    static class Queue {

        static final String NAME = "thousand";

        private final JdbcClient jdbc;

        Queue(JdbcClient jdbc) {
            this.jdbc = jdbc;
        }

        @Transactional
        @AdvisoryLocked(name = NAME, scope = LockScope.SESSION, waitTime = "60s")
        public int patient() {
            return query();
        }

        @Transactional
        @AdvisoryLocked(name = NAME, scope = LockScope.SESSION, waitTime = "4s")
        public int hasty() {
            return query();
        }

        private int query() {
            return jdbc.sql("SELECT 1").query(Integer.class).single();
        }
    }
}
