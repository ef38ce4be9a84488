package dev.interlock.postgres;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;

/**
 * Removes fences that nobody has claimed for long, in batches, on one node at a time.
 *
 * <p><b>Invariant.</b> No removed token is above the floor: it is raised in the transaction that removes them. A claim that
 * inserts a fence anew compares its token with the floor after the insertion, which waits for a purge that is removing the
 * fence; so what was stale stays stale.
 */
final class FencePurge {

    /** Fences removed by one transaction at most. */
    static final int BATCH = 1_000;

    private static final String ONE_NODE = "SELECT pg_catalog.pg_try_advisory_xact_lock(" + 0x696e7465726c7075L + ")";

    private static final String REMOVE = """
            WITH old AS MATERIALIZED (
                SELECT f.kind, f.lock_id FROM interlock_fence f
                WHERE f.claimed_at < pg_catalog.clock_timestamp() - pg_catalog.make_interval(secs => ?)
                LIMIT ? FOR UPDATE SKIP LOCKED),
            gone AS (
                DELETE FROM interlock_fence f USING old
                WHERE f.kind = old.kind AND f.lock_id = old.lock_id RETURNING f.token)
            SELECT count(*), max(token) FROM gone
            """;

    private static final String RAISE = "UPDATE interlock_fence_floor SET token = ? WHERE token < ?";

    private FencePurge() {}

    /**
     * Removes one batch.
     *
     * @param retention how long ago a fence must have been claimed, at least the longest time that a lock is held
     * @return how many fences were removed; {@link #BATCH} if there may be more
     */
    static int batch(Connection connection, Duration retention) throws SQLException {
        connection.setAutoCommit(false);
        try {
            int removed = isOnlyNode(connection) ? remove(connection, retention) : 0;
            connection.commit();
            return removed;
        } catch (SQLException failure) {
            connection.rollback();
            throw failure;
        } finally {
            connection.setAutoCommit(true);
        }
    }

    private static boolean isOnlyNode(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(ONE_NODE)) {
            row.next();
            return row.getBoolean(1);
        }
    }

    private static int remove(Connection connection, Duration retention) throws SQLException {
        int removed;
        long newest;
        try (PreparedStatement statement = connection.prepareStatement(REMOVE)) {
            statement.setDouble(1, retention.toMillis() / 1000.0);
            statement.setInt(2, BATCH);
            try (ResultSet row = statement.executeQuery()) {
                row.next();
                removed = row.getInt(1);
                newest = row.getLong(2);
            }
        }
        if (removed > 0) {
            try (PreparedStatement statement = connection.prepareStatement(RAISE)) {
                statement.setLong(1, newest);
                statement.setLong(2, newest);
                statement.executeUpdate();
            }
        }
        return removed;
    }
}
