package dev.interlock.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import com.zaxxer.hikari.HikariDataSource;
import dev.interlock.annotation.LockMode;
import dev.interlock.key.LockKey;
import dev.interlock.lock.TransactionLockBackend;
import dev.interlock.lock.TransactionLockBackend.Attempt;
import dev.interlock.lock.TransactionLockBackendContract;
import dev.interlock.testing.PostgresServer;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.postgresql.ds.PGSimpleDataSource;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.datasource.DataSourceTransactionManager;
import org.springframework.jdbc.datasource.TransactionAwareDataSourceProxy;
import org.springframework.transaction.TransactionDefinition;
import org.springframework.transaction.support.TransactionTemplate;

class PostgresTransactionLocksTest extends TransactionLockBackendContract {

    @Override
    protected TransactionLockBackend create(HikariDataSource pool) {
        return new PostgresTransactionLocks(new TransactionAwareDataSourceProxy(pool));
    }

    @Test
    void refusesAStricterSnapshotAndKeepsNothingBeyondTheTransaction() {
        LockKey key = someKey();
        TransactionTemplate strict = new TransactionTemplate(transaction().getTransactionManager());
        strict.setIsolationLevel(TransactionDefinition.ISOLATION_REPEATABLE_READ);
        strict.executeWithoutResult(status -> {
            assertThat(backend().tryLock(key, LockMode.EXCLUSIVE))
                    .isInstanceOfSatisfying(
                            Attempt.Impossible.class,
                            refusal -> assertThat(refusal.reason())
                                    .startsWith(
                                            "scope = TRANSACTION needs READ COMMITTED, but the transaction is repeatable read"));
        });
        assertThat(locksOf(key)).isZero();
    }

    @Test
    void refusesATransactionOfAnotherDataSource() {
        try (HikariDataSource other = PostgresServer.pool(1)) {
            new TransactionTemplate(new DataSourceTransactionManager(other))
                    .executeWithoutResult(status -> assertThat(backend().tryLock(someKey(), LockMode.EXCLUSIVE))
                            .isInstanceOfSatisfying(
                                    Attempt.Impossible.class,
                                    refusal -> assertThat(refusal.reason())
                                            .startsWith("the active transaction is not one of the lock's DataSource")));
        }
    }

    @Test
    void keepsTheTransactionsOwnLockTimeout() throws Exception {
        LockKey key = someKey();
        transaction().executeWithoutResult(status -> {
            JdbcClient jdbc = JdbcClient.create(pool());
            jdbc.sql("SET LOCAL lock_timeout = '1234ms'").update();
            try {
                assertThat(backend().lock(key, LockMode.EXCLUSIVE, in(Duration.ofSeconds(5))))
                        .isInstanceOf(Attempt.Locked.class);
            } catch (InterruptedException interrupt) {
                throw new AssertionError(interrupt);
            }
            assertThat(jdbc.sql("SHOW lock_timeout").query(String.class).single())
                    .isEqualTo("1234ms");
            assertThat(locksOf(key)).isEqualTo(1);
        });
    }

    @Test
    void sharedHoldersExcludeExclusiveOnesOnly() throws Exception {
        LockKey key = someKey();
        transaction().executeWithoutResult(status -> {
            assertThat(backend().tryLock(key, LockMode.SHARED)).isInstanceOf(Attempt.Locked.class);
            assertThat(elsewhere(key, LockMode.SHARED, Duration.ZERO)).isInstanceOf(Attempt.Locked.class);
            assertThat(elsewhere(key, LockMode.SHARED, Duration.ofSeconds(5))).isInstanceOf(Attempt.Locked.class);
            assertThat(elsewhere(key, LockMode.EXCLUSIVE, Duration.ZERO)).isInstanceOf(Attempt.Busy.class);
            assertThat(elsewhere(key, LockMode.EXCLUSIVE, Duration.ofMillis(100)))
                    .isInstanceOf(Attempt.Busy.class);
        });
        transaction().executeWithoutResult(status -> {
            assertThat(backend().tryLock(key, LockMode.EXCLUSIVE)).isInstanceOf(Attempt.Locked.class);
            assertThat(elsewhere(key, LockMode.SHARED, Duration.ZERO)).isInstanceOf(Attempt.Busy.class);
        });
        assertThat(locksOf(key)).isZero();
    }

    private Attempt elsewhere(LockKey key, LockMode mode, Duration wait) {
        return CompletableFuture.supplyAsync(
                        () -> transaction().execute(status -> attempt(key, mode, wait)),
                        command -> new Thread(command).start())
                .join();
    }

    private Attempt attempt(LockKey key, LockMode mode, Duration wait) {
        try {
            return wait.isZero() ? backend().tryLock(key, mode) : backend().lock(key, mode, in(wait));
        } catch (InterruptedException interrupt) {
            throw new AssertionError(interrupt);
        }
    }

    @Test
    void findsNothingWrongWithADefaultOfReadCommitted() {
        assertThat(backend().problem()).isEmpty();
    }

    @Test
    void aDefaultOfStricterIsolationIsAProblem() {
        PGSimpleDataSource strict = (PGSimpleDataSource) PostgresServer.direct();
        strict.setOptions("-c default_transaction_isolation=serializable");
        assertThat(new PostgresTransactionLocks(strict).problem())
                .hasValueSatisfying(problem -> assertThat(problem)
                        .startsWith("scope = TRANSACTION needs READ COMMITTED, but that is not the default"));
    }

    private int locksOf(LockKey key) {
        return JdbcClient.create(PostgresServer.direct())
                .sql("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND objsubid = 1"
                        + " AND ((classid::bigint << 32) | objid::bigint) = ?")
                .param(key.id())
                .query(Integer.class)
                .single();
    }
}
