package dev.interlock.jdbc;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import dev.interlock.testing.PostgresServer;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.concurrent.Callable;
import java.util.function.Supplier;
import javax.sql.DataSource;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.datasource.DataSourceTransactionManager;
import org.springframework.transaction.TransactionDefinition;
import org.springframework.transaction.support.DefaultTransactionDefinition;
import org.springframework.transaction.support.TransactionTemplate;

/** A pool of one test class, its transactions, and transactions of others. Each class has tables of its own names. */
final class RowsFixture implements AutoCloseable {

    static final int CALLERS = 64;
    private static final int POOL = 12;

    final HikariDataSource pool;
    final JdbcClient jdbc;
    private final DataSourceTransactionManager manager;

    private RowsFixture(HikariDataSource pool) {
        this.pool = pool;
        this.jdbc = JdbcClient.create(pool);
        this.manager = new DataSourceTransactionManager(pool);
    }

    static RowsFixture open() {
        return with("SELECT 1", POOL);
    }

    /** @param settings what every connection begins with */
    static RowsFixture with(String settings, int connections) {
        HikariConfig config = new HikariConfig();
        config.setDataSource(PostgresServer.direct());
        config.setMaximumPoolSize(connections);
        config.setConnectionInitSql(settings);
        return new RowsFixture(new HikariDataSource(config));
    }

    void execute(String... statements) {
        for (String statement : statements) {
            jdbc.sql(statement).update();
        }
    }

    long number(String sql, Object... parameters) {
        return jdbc.sql(sql).params(parameters).query(Long.class).single();
    }

    String text(String sql, Object... parameters) {
        return jdbc.sql(sql).params(parameters).query(String.class).single();
    }

    void inTransaction(Runnable body) {
        inTransaction(() -> {
            body.run();
            return true;
        });
    }

    <T> T inTransaction(Supplier<T> body) {
        return transactions(TransactionDefinition.PROPAGATION_REQUIRED, TransactionDefinition.ISOLATION_DEFAULT)
                .execute(status -> body.get());
    }

    /** In another transaction, whether this thread has one or not. */
    <T> T inAnother(Supplier<T> body) {
        return transactions(TransactionDefinition.PROPAGATION_REQUIRES_NEW, TransactionDefinition.ISOLATION_DEFAULT)
                .execute(status -> body.get());
    }

    void inRepeatableRead(Runnable body) {
        transactions(TransactionDefinition.PROPAGATION_REQUIRED, TransactionDefinition.ISOLATION_REPEATABLE_READ)
                .executeWithoutResult(status -> body.run());
    }

    /** The body's work is rolled back. */
    void inRolledBack(Runnable body) {
        transactions(TransactionDefinition.PROPAGATION_REQUIRED, TransactionDefinition.ISOLATION_DEFAULT)
                .executeWithoutResult(status -> {
                    status.setRollbackOnly();
                    body.run();
                });
    }

    private TransactionTemplate transactions(int propagation, int isolation) {
        DefaultTransactionDefinition definition = new DefaultTransactionDefinition(propagation);
        definition.setIsolationLevel(isolation);
        return new TransactionTemplate(manager, definition);
    }

    /** A transaction of somebody else, open until it is ended; closing it rolls it back. */
    Other other(String... statements) {
        return new Other(PostgresServer.direct(), statements);
    }

    static final class Other implements AutoCloseable {

        private final Connection connection;

        private Other(DataSource source, String... statements) {
            try {
                connection = source.getConnection();
                connection.setAutoCommit(false);
            } catch (SQLException failure) {
                throw new IllegalStateException(failure);
            }
            try {
                for (String statement : statements) {
                    execute(statement);
                }
            } catch (RuntimeException failure) {
                close();
                throw failure;
            }
        }

        void execute(String statement) {
            try (Statement any = connection.createStatement()) {
                any.execute(statement);
            } catch (SQLException failure) {
                throw new IllegalStateException(failure);
            }
        }

        void commit() {
            try {
                connection.commit();
            } catch (SQLException failure) {
                throw new IllegalStateException(failure);
            }
        }

        void rollback() {
            try {
                connection.rollback();
            } catch (SQLException failure) {
                throw new IllegalStateException(failure);
            }
        }

        @Override
        public void close() {
            try (connection) {
                connection.rollback();
            } catch (SQLException failure) {
                throw new IllegalStateException(failure);
            }
        }
    }

    /** How many sessions wait for a row at the moment. */
    long waiting() {
        return number("SELECT count(*) FROM pg_locks WHERE NOT granted AND locktype IN ('transactionid', 'tuple')");
    }

    /** The SQLSTATE behind an exception. */
    static String sqlState(Throwable failure) {
        for (Throwable at = failure; at != null; at = at.getCause()) {
            if (at instanceof SQLException sql) {
                return sql.getSQLState();
            }
        }
        return "none";
    }

    /**
     * Repeats a race of unguarded code until it has gone wrong; without that, the tests of the guarded code would prove nothing.
     *
     * @param wentWrong runs one round
     */
    static void shows(String race, Callable<Boolean> wentWrong) throws Exception {
        int most = 20;
        for (int round = 0; round < most; round++) {
            if (wentWrong.call()) {
                return;
            }
        }
        throw new AssertionError("The unguarded code never showed the race: " + race);
    }

    @Override
    public void close() {
        pool.close();
    }
}
