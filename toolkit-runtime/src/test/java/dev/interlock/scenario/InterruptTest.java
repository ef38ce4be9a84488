package dev.interlock.scenario;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.zaxxer.hikari.HikariDataSource;
import dev.interlock.lock.LockNotAcquiredException;
import dev.interlock.testing.InterlockContext;
import dev.interlock.testing.PostgresServer;
import java.sql.Connection;
import java.sql.Statement;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.context.annotation.AnnotationConfigApplicationContext;
import org.springframework.jdbc.core.simple.JdbcClient;

/** An interrupt ends the wait at once, whatever the policy, with the flag restored and nothing left. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class InterruptTest {

    private final HikariDataSource pool = PostgresServer.pool(4);
    private final JdbcClient jdbc = JdbcClient.create(PostgresServer.direct());
    private AnnotationConfigApplicationContext context;
    private Skipping skipping;

    @BeforeAll
    void open() {
        context = InterlockContext.on(pool).beans(Skipping.class).open();
        skipping = context.getBean(Skipping.class);
    }

    @AfterAll
    void close() {
        context.close();
        pool.close();
    }

    @AfterEach
    void nothingIsLeft() {
        await().atMost(Duration.ofSeconds(10)).untilAsserted(() -> {
            assertThat(jdbc.sql("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'")
                            .query(Integer.class)
                            .single())
                    .isZero();
            assertThat(pool.getHikariPoolMXBean().getActiveConnections()).isZero();
        });
    }

    @ParameterizedTest
    @ValueSource(strings = {"session", "transaction"})
    void whileAnotherThreadHasTheLock(String scope) throws Exception {
        CompletableFuture<String> leave = new CompletableFuture<>();
        CompletableFuture<Boolean> entered = new CompletableFuture<>();
        Thread holder = new Thread(() -> call(scope, () -> {
            entered.complete(true);
            return leave.get(60, TimeUnit.SECONDS);
        }));
        holder.start();
        entered.get(60, TimeUnit.SECONDS);
        assertInterruptible(scope);
        leave.complete("left");
        holder.join();
        assertThat(call(scope, () -> "next")).isEqualTo("next");
    }

    @ParameterizedTest
    @ValueSource(strings = {"session", "transaction"})
    void whileAnotherProcessHasTheLock(String scope) throws Exception {
        try (Connection other = PostgresServer.direct().getConnection();
                Statement statement = other.createStatement()) {
            statement.execute(
                    "SELECT pg_advisory_lock(interlock_lock_key('" + InterlockContext.NAMESPACE + "', 'skipping'))");
            assertInterruptible(scope);
        }
        assertThat(call(scope, () -> "next")).isEqualTo("next");
    }

    private void assertInterruptible(String scope) throws Exception {
        CompletableFuture<Object> outcome = new CompletableFuture<>();
        CompletableFuture<Boolean> flag = new CompletableFuture<>();
        Thread waiter = new Thread(() -> {
            Object result = call(scope, () -> "ran");
            flag.complete(Thread.currentThread().isInterrupted());
            outcome.complete(result);
        });
        waiter.start();
        TimeUnit.MILLISECONDS.sleep(300);
        assertThat(outcome).isNotDone();
        waiter.interrupt();
        assertThat(outcome.get(30, TimeUnit.SECONDS))
                .isInstanceOfSatisfying(
                        LockNotAcquiredException.class,
                        refusal ->
                                assertThat(refusal).hasMessageContaining("the thread was interrupted while it waited"));
        assertThat(flag.get()).isTrue();
    }

    private Object call(String scope, Callable<String> work) {
        try {
            return scope.equals("session") ? skipping.inSession(work) : skipping.inTransaction(work);
        } catch (Exception thrown) {
            return thrown;
        }
    }
}
