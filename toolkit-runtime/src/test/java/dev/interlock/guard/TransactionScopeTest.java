package dev.interlock.guard;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.zaxxer.hikari.HikariDataSource;
import dev.interlock.guard.TransactionScope.Outcome;
import dev.interlock.testing.PostgresServer;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.springframework.dao.DataIntegrityViolationException;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.datasource.DataSourceTransactionManager;
import org.springframework.jdbc.support.JdbcTransactionManager;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.TransactionDefinition;
import org.springframework.transaction.TransactionSystemException;
import org.springframework.transaction.support.AbstractPlatformTransactionManager;
import org.springframework.transaction.support.TransactionSynchronization;
import org.springframework.transaction.support.TransactionSynchronizationManager;
import org.springframework.transaction.support.TransactionTemplate;

/** Commit facts, on real transactions. */
class TransactionScopeTest {

    private static HikariDataSource pool;

    @BeforeAll
    static void open() {
        pool = PostgresServer.pool(4);
        JdbcClient.create(pool)
                .sql("CREATE TABLE IF NOT EXISTS deferred (id int, CONSTRAINT once UNIQUE (id) DEFERRABLE INITIALLY"
                        + " DEFERRED)")
                .update();
    }

    @AfterAll
    static void close() {
        pool.close();
    }

    @Test
    void tellsACommitFromARollback() {
        TransactionTemplate transaction = template(new DataSourceTransactionManager(pool));
        TransactionScope committed = transaction.execute(status -> active());
        assertThat(committed.outcome()).isEqualTo(Outcome.COMMITTED);
        TransactionScope rolledBack = transaction.execute(status -> {
            status.setRollbackOnly();
            return active();
        });
        assertThat(rolledBack.outcome()).isEqualTo(Outcome.ROLLED_BACK);
        assertThat(TransactionScope.active()).isNull();
    }

    @Test
    void tellsAFailedCommitWithEveryManager() {
        assertFailedCommit(new DataSourceTransactionManager(pool));
        assertFailedCommit(new JdbcTransactionManager(pool));
    }

    private static void assertFailedCommit(AbstractPlatformTransactionManager manager) {
        TransactionScope[] scope = new TransactionScope[1];
        assertThatThrownBy(() -> template(manager).executeWithoutResult(status -> {
                    scope[0] = active();
                    JdbcClient jdbc = JdbcClient.create(pool);
                    jdbc.sql("INSERT INTO deferred VALUES (1), (1)").update();
                }))
                .isInstanceOfAny(DataIntegrityViolationException.class, TransactionSystemException.class);
        assertThat(scope[0].outcome()).isEqualTo(Outcome.COMMIT_FAILED);
    }

    @Test
    void aSuspendedTransactionIsActiveAndComesBack() {
        DataSourceTransactionManager manager = new DataSourceTransactionManager(pool);
        TransactionTemplate outer = template(manager);
        TransactionTemplate inner = new TransactionTemplate(manager);
        inner.setPropagationBehavior(TransactionDefinition.PROPAGATION_REQUIRES_NEW);
        outer.executeWithoutResult(status -> {
            TransactionScope first = active();
            inner.executeWithoutResult(innerStatus -> assertThat(active()).isNotSameAs(first));
            assertThat(active()).isSameAs(first);
            assertThat(first.isActive()).isTrue();
        });
    }

    @Test
    void knowsTheCompletionPhaseOfEveryTransaction() {
        AtomicInteger seen = new AtomicInteger();
        template(new DataSourceTransactionManager(pool))
                .executeWithoutResult(status ->
                        TransactionSynchronizationManager.registerSynchronization(new TransactionSynchronization() {
                            @Override
                            public void beforeCommit(boolean readOnly) {
                                assertThat(TransactionScope.inCompletionPhase()).isFalse();
                            }

                            @Override
                            public void afterCommit() {
                                assertThat(TransactionScope.inCompletionPhase()).isTrue();
                                seen.incrementAndGet();
                            }

                            @Override
                            public void afterCompletion(int outcome) {
                                if (TransactionScope.inCompletionPhase()) {
                                    seen.incrementAndGet();
                                }
                            }
                        }));
        assertThat(seen).hasValue(2);
        assertThat(TransactionScope.inCompletionPhase()).isFalse();
    }

    @Test
    void knowsTransactionsOfManagersWithoutTheListener() {
        new TransactionTemplate(new DataSourceTransactionManager(pool)).executeWithoutResult(status -> {
            assertThat(active()).isSameAs(active());
            assertThat(active().isActive()).isTrue();
        });
        assertThat(TransactionScope.active()).isNull();
    }

    private static TransactionScope active() {
        TransactionScope scope = TransactionScope.active();
        assertThat(scope).isNotNull();
        return scope;
    }

    private static TransactionTemplate template(PlatformTransactionManager manager) {
        ((AbstractPlatformTransactionManager) manager).addListener(new TransactionEvents());
        return new TransactionTemplate(manager);
    }
}
