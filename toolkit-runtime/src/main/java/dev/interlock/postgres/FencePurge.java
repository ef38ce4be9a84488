package dev.interlock.postgres;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;

/**
 * Removes fences that nobody has claimed for long, in batches, on one node at a time.
 *
 * <p><b>Invariant.</b> No removed token is above the floor: it is raised by the statement that removes them. A claim that
 * inserts a fence anew compares its token with the floor after the insertion, which waits for a purge that is removing the
 * fence; so what was stale stays stale. Since it is one statement, that wait lasts no longer though this process be stopped.
 */
final class FencePurge {

    /** Fences removed by one transaction at most. */
    static final int BATCH = 1_000;

    private static final String PURGE = """
            WITH turn AS MATERIALIZED (SELECT pg_catalog.pg_try_advisory_xact_lock(%d) AS ours),
            old AS MATERIALIZED (
                SELECT f.kind, f.lock_id FROM interlock_fence f
                WHERE (SELECT ours FROM turn)
                  AND f.claimed_at < pg_catalog.clock_timestamp() - pg_catalog.make_interval(secs => ?)
                LIMIT ? FOR UPDATE SKIP LOCKED),
            gone AS (
                DELETE FROM interlock_fence f USING old
                WHERE f.kind = old.kind AND f.lock_id = old.lock_id RETURNING f.token),
            newest AS (SELECT count(*) AS removed, max(token) AS token FROM gone),
            raised AS (
                UPDATE interlock_fence_floor floor SET token = newest.token FROM newest WHERE floor.token < newest.token)
            SELECT removed FROM newest
            """.formatted(0x696e7465726c7075L);

    private FencePurge() {}

    /**
     * Removes one batch.
     *
     * @param connection commits by itself
     * @param retention how long ago a fence must have been claimed, at least the longest time that a lock is held
     * @return how many fences were removed; {@link #BATCH} if there may be more
     */
    static int batch(Connection connection, Duration retention) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(PURGE)) {
            statement.setDouble(1, retention.toMillis() / 1000.0);
            statement.setInt(2, BATCH);
            try (ResultSet row = statement.executeQuery()) {
                row.next();
                return row.getInt(1);
            }
        }
    }
}
