package dev.interlock.postgres;

import dev.interlock.annotation.LockMode;
import dev.interlock.guard.Deadline;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Savepoint;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import javax.sql.DataSource;
import org.springframework.jdbc.datasource.DataSourceUtils;

/**
 * A part of a wait for an advisory lock in a transaction, short enough that the thread sees its interrupt soon.
 *
 * <p>It stands under a savepoint of its own: a slice that runs out leaves the transaction usable, and a lock that was granted
 * at the very moment it ran out is dropped by the rollback to the savepoint. {@code lock_timeout} is set and restored by the
 * lock statement itself.
 */
final class LockSlice {

    private static final long MILLIS = 200;

    private static final String LOCK = """
            SELECT pg_catalog.set_config('lock_timeout', ?, true),
                   pg_catalog.pg_advisory_xact_lock%s(?),
                   pg_catalog.set_config('lock_timeout', o.value, true)
            FROM (SELECT pg_catalog.current_setting('lock_timeout') AS value OFFSET 0) o
            """;

    private static final Map<LockMode, String> SQL =
            Map.of(LockMode.EXCLUSIVE, LOCK.formatted(""), LockMode.SHARED, LOCK.formatted("_shared"));

    private LockSlice() {}

    /**
     * Waits for one slice, or less if the deadline comes first.
     *
     * @param connection of the transaction
     * @param dataSource whose transaction timeout applies
     * @return whether the lock was granted, to the end of the transaction
     */
    static boolean lock(Connection connection, DataSource dataSource, long id, LockMode mode, Deadline deadline)
            throws SQLException, InterruptedException {
        if (Thread.interrupted()) {
            throw new InterruptedException();
        }
        long remaining = TimeUnit.NANOSECONDS.toMillis(deadline.remainingNanos());
        Savepoint savepoint = connection.setSavepoint();
        try (PreparedStatement statement = connection.prepareStatement(SQL.get(mode))) {
            DataSourceUtils.applyTransactionTimeout(statement, dataSource);
            statement.setString(1, Math.max(1, Math.min(MILLIS, remaining)) + "ms");
            statement.setLong(2, id);
            statement.execute();
            connection.releaseSavepoint(savepoint);
            return true;
        } catch (SQLException failure) {
            connection.rollback(savepoint);
            connection.releaseSavepoint(savepoint);
            if (SqlStates.LOCK_NOT_AVAILABLE.equals(failure.getSQLState())) {
                return false;
            }
            throw failure;
        }
    }
}
