package dev.interlock.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import com.zaxxer.hikari.HikariDataSource;
import dev.interlock.guard.TransactionEvents;
import dev.interlock.testing.InterlockContext;
import dev.interlock.testing.PostgresServer;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.springframework.context.annotation.AnnotationConfigApplicationContext;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.datasource.DataSourceTransactionManager;
import org.springframework.transaction.TransactionDefinition;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * A transaction of another DataSource inside one of the lock's: Spring calls the inner one active, but statements in the
 * lock's database still belong to the outer one, so the lock must outlast both.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class NestedManagersTest {

    private final HikariDataSource pool = PostgresServer.pool(4);
    private final HikariDataSource otherPool = PostgresServer.pool(4);
    private final JdbcClient jdbc = JdbcClient.create(PostgresServer.direct());
    private AnnotationConfigApplicationContext context;
    private Chain chain;
    private Callers callers;

    @BeforeAll
    void open() {
        context = InterlockContext.on(pool).beans(Chain.class, Callers.class).open();
        chain = context.getBean(Chain.class);
        callers = context.getBean(Callers.class);
    }

    @AfterAll
    void close() {
        context.close();
        pool.close();
        otherPool.close();
    }

    @Test
    void aSessionLockOutlastsTheOuterTransaction() throws Exception {
        callers.inTransaction(() -> {
            other(TransactionDefinition.PROPAGATION_REQUIRED, () -> chain.session("nested", () -> ""));
            assertThat(locks()).isEqualTo(1);
            return "";
        });
        assertThat(locks()).isZero();
    }

    @Test
    void evenWhereTheInnerCallRunsWithoutATransaction() throws Exception {
        callers.inTransaction(() -> {
            other(TransactionDefinition.PROPAGATION_REQUIRED, () -> {
                other(TransactionDefinition.PROPAGATION_NOT_SUPPORTED, () -> chain.session("nested", () -> ""));
                assertThat(locks()).isEqualTo(1);
                return "";
            });
            assertThat(locks()).isEqualTo(1);
            return "";
        });
        assertThat(locks()).isZero();
    }

    @Test
    void theTurnOfATransactionLockLastsAsLongAsTheLock() throws Exception {
        callers.inTransaction(() -> {
            other(TransactionDefinition.PROPAGATION_REQUIRED, () -> chain.transaction("nested", () -> ""));
            assertThat(locks()).isEqualTo(1);
            assertThat(chain.transaction("nested", () -> "again")).isEqualTo("again");
            return "";
        });
        assertThat(locks()).isZero();
    }

    @Test
    void aNewTransactionOfTheSameManagerKeepsItsLocksToItself() throws Exception {
        callers.inTransaction(() -> {
            callers.inNewTransaction(() -> chain.session("inner", () -> ""));
            assertThat(locks()).isZero();
            chain.session("outer", () -> "");
            assertThat(locks()).isEqualTo(1);
            return "";
        });
        assertThat(locks()).isZero();
    }

    private void other(int propagation, Callable<String> work) {
        DataSourceTransactionManager manager = new DataSourceTransactionManager(otherPool);
        manager.addListener(new TransactionEvents());
        TransactionTemplate template = new TransactionTemplate(manager);
        template.setPropagationBehavior(propagation);
        template.executeWithoutResult(status -> {
            try {
                work.call();
            } catch (Exception failure) {
                throw new IllegalStateException(failure);
            }
        });
    }

    private int locks() {
        return jdbc.sql("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'")
                .query(Integer.class)
                .single();
    }
}
