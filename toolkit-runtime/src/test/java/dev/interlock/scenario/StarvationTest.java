package dev.interlock.scenario;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.zaxxer.hikari.HikariDataSource;
import dev.interlock.testing.InterlockContext;
import dev.interlock.testing.PostgresServer;
import java.sql.Connection;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import javax.sql.DataSource;
import org.junit.jupiter.api.Test;
import org.springframework.context.annotation.AnnotationConfigApplicationContext;
import org.springframework.jdbc.core.simple.JdbcClient;

/** Waiting for a lock does not take the pool from everybody else. */
class StarvationTest {

    private static final Duration AT_ONCE = Duration.ofSeconds(3);

    @Test
    void fortyWaitersOnASessionKeyLeaveAPoolOfTwoAlone() throws Exception {
        try (HikariDataSource pool = PostgresServer.pool(2);
                AnnotationConfigApplicationContext context =
                        InterlockContext.on(pool).beans(Patient.class).open()) {
            Patient patient = context.getBean(Patient.class);
            CountDownLatch entered = new CountDownLatch(1);
            CountDownLatch leave = new CountDownLatch(1);
            ExecutorService threads = Executors.newFixedThreadPool(41);
            try {
                List<Future<Integer>> calls = new ArrayList<>();
                calls.add(threads.submit(() -> patient.inSession(entered, leave)));
                entered.await();
                for (int i = 0; i < 40; i++) {
                    calls.add(threads.submit(() -> patient.inSession(entered, leave)));
                }
                TimeUnit.MILLISECONDS.sleep(300);
                for (int i = 0; i < 20; i++) {
                    assertUnrelatedQueryIsServed(pool);
                }
                leave.countDown();
                for (Future<Integer> call : calls) {
                    assertThat(call.get(60, TimeUnit.SECONDS)).isEqualTo(1);
                }
            } finally {
                leave.countDown();
                threads.shutdownNow();
            }
        }
    }

    @Test
    void waitersInTransactionScopeTakeAtMostHalfThePool() throws Exception {
        int size = 4;
        int callers = 12;
        try (HikariDataSource pool = PostgresServer.pool(size);
                AnnotationConfigApplicationContext context = InterlockContext.on(pool)
                        .blockingTransactions(size / 2)
                        .beans(Patient.class)
                        .open()) {
            Patient patient = context.getBean(Patient.class);
            ExecutorService threads = Executors.newFixedThreadPool(callers);
            try (Connection otherProcess = PostgresServer.direct().getConnection();
                    Statement statement = otherProcess.createStatement()) {
                for (int i = 0; i < callers; i++) {
                    statement.execute("SELECT pg_advisory_lock(interlock_lock_key('" + InterlockContext.NAMESPACE
                            + "', 'patient', '" + i + "'))");
                }
                List<Future<Integer>> calls = new ArrayList<>();
                for (int i = 0; i < callers; i++) {
                    int key = i;
                    calls.add(threads.submit(() -> patient.inTransaction(key)));
                }
                TimeUnit.MILLISECONDS.sleep(500);
                for (int i = 0; i < 20; i++) {
                    assertUnrelatedQueryIsServed(pool);
                }
                assertThat(calls).noneMatch(Future::isDone);
                statement.execute("SELECT pg_advisory_unlock_all()");
                for (Future<Integer> call : calls) {
                    assertThat(call.get(60, TimeUnit.SECONDS)).isEqualTo(1);
                }
            } finally {
                threads.shutdownNow();
            }
            await().atMost(Duration.ofSeconds(10))
                    .until(() -> pool.getHikariPoolMXBean().getActiveConnections() == 0);
        }
    }

    private static void assertUnrelatedQueryIsServed(DataSource pool) {
        long start = System.nanoTime();
        assertThat(JdbcClient.create(pool).sql("SELECT 1").query(Integer.class).single())
                .isEqualTo(1);
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(AT_ONCE);
    }
}
