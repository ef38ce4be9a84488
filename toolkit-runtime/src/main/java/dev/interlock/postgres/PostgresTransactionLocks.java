package dev.interlock.postgres;

import dev.interlock.annotation.LockMode;
import dev.interlock.guard.Deadline;
import dev.interlock.key.LockKey;
import dev.interlock.lock.TransactionLockBackend;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Savepoint;
import java.util.Map;
import java.util.Optional;
import javax.sql.DataSource;
import org.springframework.jdbc.datasource.DataSourceUtils;

/**
 * {@code pg_advisory_xact_lock} in the transaction that Spring has bound to this thread.
 *
 * <p><b>One statement where it can be.</b> A free lock costs one round trip, which also reads the isolation level. Under
 * {@code REPEATABLE READ} and above even a granted lock would show old data, so there it is refused; a transaction that
 * survives the refusal keeps it to its end.
 *
 * <p><b>Waiting.</b> In {@linkplain LockSlice slices}, between which the thread sees its interrupt.
 */
public final class PostgresTransactionLocks implements TransactionLockBackend {

    private static final String TRY_LOCK = """
            SELECT pg_catalog.pg_try_advisory_xact_lock%s(?), pg_catalog.current_setting('transaction_isolation')
            """;

    /** What the names of the levels have in common under which every statement sees what was committed before it. */
    private static final String SEES_COMMITS = " committed";

    private static final Attempt LOCKED = new Attempt.Locked();
    private static final Attempt BUSY = new Attempt.Busy();

    private static final Map<LockMode, String> TRY =
            Map.of(LockMode.EXCLUSIVE, TRY_LOCK.formatted(""), LockMode.SHARED, TRY_LOCK.formatted("_shared"));

    private final DataSource dataSource;

    public PostgresTransactionLocks(DataSource dataSource) {
        this.dataSource = BoundConnection.target(dataSource);
    }

    @Override
    public String name() {
        return "postgres";
    }

    @Override
    public Object resource() {
        return dataSource;
    }

    @Override
    public Optional<String> problem() {
        try (Connection connection = dataSource.getConnection()) {
            return connection.getTransactionIsolation() > Connection.TRANSACTION_READ_COMMITTED
                    ? Optional.of(
                            "scope = TRANSACTION needs READ COMMITTED, but that is not the default isolation of the"
                                    + " DataSource; set isolation = READ_COMMITTED in @Transactional, or use scope = SESSION")
                    : Optional.empty();
        } catch (SQLException unreachable) {
            return Optional.of(
                    "the DataSource gives no connection to check its isolation: " + unreachable.getMessage());
        }
    }

    @Override
    public Attempt tryLock(LockKey key, LockMode mode) {
        Connection connection = BoundConnection.find(dataSource);
        if (connection == null) {
            return otherTransaction();
        }
        try (PreparedStatement statement = connection.prepareStatement(TRY.get(mode))) {
            DataSourceUtils.applyTransactionTimeout(statement, dataSource);
            statement.setLong(1, key.id());
            try (ResultSet row = statement.executeQuery()) {
                row.next();
                if (!row.getString(2).endsWith(SEES_COMMITS)) {
                    return new Attempt.Impossible(
                            "scope = TRANSACTION needs READ COMMITTED, but the transaction is " + row.getString(2)
                                    + ": its snapshot would hide what the former holder committed; take the lock around the"
                                    + " method that opens the transaction, with scope = SESSION",
                            null);
                }
                return row.getBoolean(1) ? LOCKED : BUSY;
            }
        } catch (SQLException failure) {
            return failed(failure);
        }
    }

    @Override
    public Attempt lock(LockKey key, LockMode mode, Deadline deadline) throws InterruptedException {
        Connection connection = BoundConnection.find(dataSource);
        if (connection == null) {
            return otherTransaction();
        }
        try {
            do {
                if (LockSlice.lock(connection, dataSource, key.id(), mode, deadline)) {
                    return LOCKED;
                }
            } while (!deadline.passed());
            return BUSY;
        } catch (SQLException failure) {
            return failed(failure);
        }
    }

    @Override
    public Attempt allOrNothing(Attempts attempts) throws InterruptedException {
        Connection connection = BoundConnection.find(dataSource);
        if (connection == null) {
            return otherTransaction();
        }
        try {
            Savepoint savepoint = connection.setSavepoint();
            boolean locked = false;
            try {
                Attempt attempt = attempts.make();
                locked = attempt instanceof Attempt.Locked;
                return attempt;
            } finally {
                if (!locked) {
                    connection.rollback(savepoint);
                }
                connection.releaseSavepoint(savepoint);
            }
        } catch (SQLException failure) {
            return failed(failure);
        }
    }

    private static Attempt otherTransaction() {
        return new Attempt.Impossible(
                "the active transaction is not one of the lock's DataSource, so it cannot carry the lock; use the transaction"
                        + " manager of that DataSource, or scope = SESSION",
                null);
    }

    private static Attempt failed(SQLException failure) {
        return new Attempt.Impossible("the lock statement failed: " + failure.getMessage(), failure);
    }
}
