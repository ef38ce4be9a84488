package dev.interlock.lock;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.zaxxer.hikari.HikariDataSource;
import dev.interlock.key.KeyNamespace;
import dev.interlock.testing.InterlockContext;
import dev.interlock.testing.PostgresServer;
import java.time.Duration;
import org.springframework.context.annotation.AnnotationConfigApplicationContext;
import org.springframework.jdbc.core.simple.JdbcClient;

/** Two application contexts on one Postgres, each with a gate and lock connections of its own, as two processes have them. */
final class PostgresProcesses implements AutoCloseable {

    final HikariDataSource pool = PostgresServer.pool(10);
    final AnnotationConfigApplicationContext firstContext;
    final AnnotationConfigApplicationContext secondContext;
    final LockingProcess first;
    final LockingProcess second;
    private final JdbcClient jdbc = JdbcClient.create(PostgresServer.direct());

    PostgresProcesses(Class<?>... beans) {
        firstContext = InterlockContext.on(pool).beans(beans).open();
        secondContext = InterlockContext.on(pool).beans(beans).open();
        first = process(firstContext);
        second = process(secondContext);
    }

    private static LockingProcess process(AnnotationConfigApplicationContext context) {
        LockSpace space = context.getBean(LockSpace.class);
        return new LockingProcess(space, space, new KeyNamespace(InterlockContext.NAMESPACE));
    }

    /** Advisory locks that Postgres knows of now, held by anybody. */
    int locks() {
        return jdbc.sql("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND granted")
                .query(Integer.class)
                .single();
    }

    void assertNothingIsLeft() {
        first.assertNothingIsLeft();
        second.assertNothingIsLeft();
        await().atMost(Duration.ofSeconds(10)).untilAsserted(() -> {
            assertThat(jdbc.sql("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'")
                            .query(Integer.class)
                            .single())
                    .isZero();
            assertThat(pool.getHikariPoolMXBean().getActiveConnections()).isZero();
        });
    }

    @Override
    public void close() {
        firstContext.close();
        secondContext.close();
        pool.close();
    }
}
