package dev.interlock.fault;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.zaxxer.hikari.HikariDataSource;
import dev.interlock.annotation.AdvisoryLocked;
import dev.interlock.annotation.LockScope;
import dev.interlock.lock.LockNotAcquiredException;
import dev.interlock.testing.InterlockContext;
import dev.interlock.testing.PostgresServer;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.springframework.context.annotation.AnnotationConfigApplicationContext;
import org.springframework.jdbc.core.simple.JdbcClient;

/** Two callers take two locks in opposite order: Postgres sees no deadlock between sessions, the wait time ends it. */
class LockOrderCycleTest {

    private static final Duration WAIT = Duration.ofSeconds(2);

    @Test
    void theCycleEndsByTheWaitTimeAndTheErrorNamesBothLocks() throws Exception {
        try (HikariDataSource pool = PostgresServer.pool(2);
                AnnotationConfigApplicationContext context =
                        InterlockContext.on(pool).beans(Two.class).open()) {
            Two two = context.getBean(Two.class);
            CyclicBarrier bothHoldOne = new CyclicBarrier(2);
            ExecutorService threads = Executors.newFixedThreadPool(2);
            try {
                long start = System.nanoTime();
                Future<String> first =
                        threads.submit(() -> end(() -> two.a(() -> after(bothHoldOne, () -> two.b(() -> "both")))));
                Future<String> second =
                        threads.submit(() -> end(() -> two.b(() -> after(bothHoldOne, () -> two.a(() -> "both")))));
                List<String> ends = List.of(first.get(60, TimeUnit.SECONDS), second.get(60, TimeUnit.SECONDS));
                assertThat(Duration.ofNanos(System.nanoTime() - start))
                        .isGreaterThanOrEqualTo(WAIT.minusMillis(100))
                        .isLessThan(WAIT.plusSeconds(10));
                assertThat(ends).anyMatch(end -> !end.equals("both"));
                assertThat(ends)
                        .filteredOn(end -> !end.equals("both"))
                        .allSatisfy(
                                message -> assertThat(message).contains("'a'").contains("'b'"));
            } finally {
                threads.shutdownNow();
            }
            assertThat(two.a(() -> two.b(() -> "both"))).isEqualTo("both");
            JdbcClient jdbc = JdbcClient.create(pool);
            await().atMost(Duration.ofSeconds(10))
                    .until(() -> jdbc.sql("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'")
                                    .query(Integer.class)
                                    .single()
                            == 0);
        }
    }

    private static String after(CyclicBarrier barrier, Callable<String> work) throws Exception {
        barrier.await(30, TimeUnit.SECONDS);
        return work.call();
    }

    private static String end(Callable<String> work) throws Exception {
        try {
            return work.call();
        } catch (LockNotAcquiredException refusal) {
            return refusal.getMessage();
        }
    }

    /** Two locks. */
    static class Two {

        @AdvisoryLocked(name = "a", scope = LockScope.SESSION, waitTime = "2s")
        public String a(Callable<String> body) throws Exception {
            return body.call();
        }

        @AdvisoryLocked(name = "b", scope = LockScope.SESSION, waitTime = "2s")
        public String b(Callable<String> body) throws Exception {
            return body.call();
        }
    }
}
