package dev.interlock.postgres;

import dev.interlock.guard.Deadline;
import dev.interlock.lock.FenceStore;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Savepoint;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.datasource.DataSourceUtils;

/**
 * Fences as rows of {@code interlock_fence}, claimed in the transaction that Spring has bound to this thread.
 *
 * <p><b>One statement that waits for nobody.</b> Before it touches a row, a claim tries to take an advisory lock that stands
 * for the fence, to the end of the transaction. Where that is taken it has done nothing, fails nothing, and comes again a
 * little later, so the transaction stays usable and the thread sees its interrupt at once. The locks have two 32-bit keys,
 * so they never meet those of the annotations, which have one of 64 bits.
 *
 * <p><b>The floor.</b> A purge may have removed a row whose token was newer than the one that is now inserted in its place.
 * So an inserted token is compared with the floor by a second statement, which sees what the purge committed while the
 * insertion waited for it. Where the snapshot is older than that, under {@code REPEATABLE READ} and above, a row lock finds
 * out and fails with a serialization failure. A token that the claim drew itself is above all floors.
 *
 * <p><b>Tokens and crashes.</b> They come from a sequence that Postgres writes to its log 32 draws ahead, not waiting for
 * the disk. After a crash of Postgres a token may be drawn again that no committed claim bears. One that a committed claim
 * bears cannot: its draw was in the log before the claim, and the commit made the log durable up to its own record.
 *
 * <p>Thread-safe.
 */
public final class PostgresFences implements FenceStore {

    private static final long SHORTEST_PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(1);
    private static final long LONGEST_PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(50);
    private static final Claim BUSY = new Claim.Busy();

    private static final String FENCE = "(?::text, ?::bigint, ?::bigint, ?::int, ?::int, ?::int)";
    private static final int PARAMETERS = 6;

    private static final String CLAIM = """
            WITH asked (kind, lock_id, token, ordinal, high, low) AS (VALUES %s),
            free AS MATERIALIZED (
                SELECT pg_catalog.bool_and(pg_catalog.pg_try_advisory_xact_lock(high, low)) AS yes FROM asked),
            claimed AS (
                INSERT INTO interlock_fence AS fence (kind, lock_id, token, claimed_at)
                SELECT kind, lock_id, coalesce(token, nextval('interlock_fencing_token') + ordinal),
                       pg_catalog.clock_timestamp()
                FROM asked WHERE (SELECT yes FROM free)
                ON CONFLICT (kind, lock_id) DO UPDATE SET token = excluded.token, claimed_at = excluded.claimed_at
                    WHERE fence.token <= excluded.token
                RETURNING kind, lock_id, token, xmax = 0 AS is_new)
            SELECT free.yes, claimed.kind, claimed.lock_id, claimed.token,
                   CASE WHEN claimed.is_new THEN pg_catalog.current_setting('transaction_isolation') END
            FROM free LEFT JOIN claimed ON true
            """;

    private static final String CLAIM_ONE = CLAIM.formatted(FENCE);
    private static final String FLOOR = "SELECT token FROM interlock_fence_floor";
    private static final String REMOVE = "DELETE FROM interlock_fence WHERE kind = ? AND lock_id = ?";

    /**
     * One row as it was claimed.
     *
     * @param isolation if the row was inserted anew
     */
    private record Row(
            String kind, long id, long token, @Nullable String isolation) {

        boolean isOf(Fence fence) {
            return id == fence.id() && kind.equals(fence.kind());
        }
    }

    private final DataSource dataSource;

    /** @param dataSource what the transactions of the guarded methods use */
    public PostgresFences(DataSource dataSource) {
        this.dataSource = BoundConnection.target(dataSource);
    }

    @Override
    public Object resource() {
        return dataSource;
    }

    @Override
    public Claim claim(List<Fence> fences, Deadline deadline) throws InterruptedException {
        Connection connection = BoundConnection.find(dataSource);
        if (connection == null) {
            return new Claim.Impossible(
                    "the active transaction is not one of the fences' DataSource, so it cannot carry the claim; use the"
                            + " transaction manager of that DataSource",
                    null);
        }
        try {
            long pause = SHORTEST_PAUSE_NANOS;
            while (true) {
                if (Thread.interrupted()) {
                    throw new InterruptedException();
                }
                Claim claim = fences.size() == 1 ? claimOnce(connection, fences) : claimAllOrNone(connection, fences);
                if (claim != BUSY || deadline.passed()) {
                    return claim;
                }
                long jittered = ThreadLocalRandom.current().nextLong(pause / 2, pause + 1);
                TimeUnit.NANOSECONDS.sleep(Math.min(jittered, deadline.remainingNanos()));
                pause = Math.min(2 * pause, LONGEST_PAUSE_NANOS);
            }
        } catch (SQLException failure) {
            return new Claim.Impossible("the fence could not be claimed: " + failure.getMessage(), failure);
        }
    }

    private Claim claimAllOrNone(Connection connection, List<Fence> fences) throws SQLException {
        Savepoint savepoint = connection.setSavepoint();
        Claim claim = claimOnce(connection, fences);
        if (!(claim instanceof Claim.Claimed)) {
            connection.rollback(savepoint);
        }
        connection.releaseSavepoint(savepoint);
        return claim;
    }

    private Claim claimOnce(Connection connection, List<Fence> fences) throws SQLException {
        List<Row> rows = claimed(connection, fences);
        if (rows == null) {
            return BUSY;
        }
        List<Long> tokens = new ArrayList<>(fences.size());
        for (Fence fence : fences) {
            Row row = rows.stream().filter(one -> one.isOf(fence)).findFirst().orElse(null);
            if (row == null || isBelowFloor(connection, fence, row)) {
                return new Claim.Stale(fence);
            }
            tokens.add(row.token());
        }
        return new Claim.Claimed(tokens);
    }

    /** @return {@code null} if another transaction keeps one of the fences */
    private @Nullable List<Row> claimed(Connection connection, List<Fence> fences) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(claimStatement(fences.size()))) {
            DataSourceUtils.applyTransactionTimeout(statement, dataSource);
            for (int i = 0; i < fences.size(); i++) {
                set(statement, i * PARAMETERS, fences.get(i));
            }
            List<Row> rows = new ArrayList<>(fences.size());
            try (ResultSet row = statement.executeQuery()) {
                while (row.next()) {
                    if (!row.getBoolean(1)) {
                        return null;
                    }
                    String kind = row.getString(2);
                    if (kind != null) {
                        rows.add(new Row(kind, row.getLong(3), row.getLong(4), row.getString(5)));
                    }
                }
            }
            return rows;
        }
    }

    private static String claimStatement(int fences) {
        return fences == 1 ? CLAIM_ONE : CLAIM.formatted(FENCE + (", " + FENCE).repeat(fences - 1));
    }

    private static void set(PreparedStatement statement, int before, Fence fence) throws SQLException {
        statement.setString(before + 1, fence.kind());
        statement.setLong(before + 2, fence.id());
        if (fence.token() instanceof Token.Drawn drawn) {
            statement.setLong(before + 3, drawn.value());
            statement.setInt(before + 4, 0);
        } else {
            statement.setNull(before + 3, java.sql.Types.BIGINT);
            statement.setInt(before + 4, ((Token.Next) fence.token()).ordinal());
        }
        long advisory = advisoryKey(fence);
        statement.setInt(before + 5, (int) (advisory >>> 32));
        statement.setInt(before + 6, (int) advisory);
    }

    /** The same in every process. Ids are hashes already, so only the kind needs to be spread. */
    private static long advisoryKey(Fence fence) {
        return fence.id() ^ (fence.kind().hashCode() * 0x9e3779b97f4a7c15L);
    }

    private static boolean isBelowFloor(Connection connection, Fence fence, Row row) throws SQLException {
        if (row.isolation() == null) {
            return false;
        }
        boolean seesAll = row.isolation().endsWith("committed");
        if (seesAll && fence.token() instanceof Token.Next) {
            return false;
        }
        try (PreparedStatement statement = connection.prepareStatement(seesAll ? FLOOR : FLOOR + " FOR SHARE");
                ResultSet floor = statement.executeQuery()) {
            if (!floor.next()) {
                throw new SQLException("interlock_fence_floor has no row; run the script V2__fencing.sql again");
            }
            if (row.token() > floor.getLong(1)) {
                return false;
            }
        }
        remove(connection, fence);
        return true;
    }

    /** A caller who goes on in this transaction must not leave a fence that tokens below the floor could pass. */
    private static void remove(Connection connection, Fence fence) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(REMOVE)) {
            statement.setString(1, fence.kind());
            statement.setLong(2, fence.id());
            statement.executeUpdate();
        }
    }
}
