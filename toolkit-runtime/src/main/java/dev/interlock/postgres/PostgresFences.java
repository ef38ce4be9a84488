package dev.interlock.postgres;

import dev.interlock.guard.Deadline;
import dev.interlock.lock.FenceStore;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Savepoint;
import java.sql.Types;
import java.time.Duration;
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

    /** Returns nothing if another transaction keeps the fence, or a newer token has committed. */
    private static final String CLAIM = """
            INSERT INTO interlock_fence AS fence (kind, lock_id, token, claimed_at)
            SELECT ?::text, ?::bigint, coalesce(?::bigint, nextval('interlock_fencing_token') + ?::int),
                   pg_catalog.clock_timestamp()
            WHERE pg_catalog.pg_try_advisory_xact_lock(?::int, ?::int)
            ON CONFLICT (kind, lock_id) DO UPDATE SET token = excluded.token, claimed_at = excluded.claimed_at
                WHERE fence.token <= excluded.token
            RETURNING token, CASE WHEN xmax = 0 THEN pg_catalog.current_setting('transaction_isolation') END
            """;

    private static final String KEEP = "SELECT pg_catalog.pg_try_advisory_xact_lock(?::int, ?::int)";
    private static final String FLOOR = "SELECT token FROM interlock_fence_floor";
    private static final String REMOVE = "DELETE FROM interlock_fence WHERE kind = ? AND lock_id = ?";

    /**
     * A fence as it was claimed.
     *
     * @param isolation if its row was inserted anew
     */
    private record Claimed(long token, @Nullable String isolation) {}

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
                Claim claim = fences.size() == 1 ? claimInTurn(connection, fences) : claimAllOrNone(connection, fences);
                if (claim != BUSY || deadline.passed()) {
                    return claim;
                }
                deadline.sleep(Duration.ofNanos(ThreadLocalRandom.current().nextLong(pause / 2, pause + 1)));
                pause = Math.min(2 * pause, LONGEST_PAUSE_NANOS);
            }
        } catch (SQLException failure) {
            return new Claim.Impossible("the fence could not be claimed: " + failure.getMessage(), failure);
        }
    }

    private Claim claimAllOrNone(Connection connection, List<Fence> fences) throws SQLException {
        Savepoint savepoint = connection.setSavepoint();
        Claim claim = claimInTurn(connection, fences);
        if (!(claim instanceof Claim.Claimed)) {
            connection.rollback(savepoint);
        }
        connection.releaseSavepoint(savepoint);
        return claim;
    }

    private Claim claimInTurn(Connection connection, List<Fence> fences) throws SQLException {
        List<Long> tokens = new ArrayList<>(fences.size());
        for (Fence fence : fences) {
            Claimed claimed = claim(connection, fence);
            if (claimed == null) {
                if (!keep(connection, fence)) {
                    return BUSY;
                }
                claimed = claim(connection, fence);
            }
            if (claimed == null || isBelowFloor(connection, fence, claimed)) {
                return new Claim.Stale(fence);
            }
            tokens.add(claimed.token());
        }
        return new Claim.Claimed(tokens);
    }

    private @Nullable Claimed claim(Connection connection, Fence fence) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(CLAIM)) {
            DataSourceUtils.applyTransactionTimeout(statement, dataSource);
            statement.setString(1, fence.kind());
            statement.setLong(2, fence.id());
            if (fence.token() instanceof Token.Drawn drawn) {
                statement.setLong(3, drawn.value());
                statement.setInt(4, 0);
            } else {
                statement.setNull(3, Types.BIGINT);
                statement.setInt(4, ((Token.Next) fence.token()).ordinal());
            }
            setAdvisoryKey(statement, 5, fence);
            try (ResultSet row = statement.executeQuery()) {
                return row.next() ? new Claimed(row.getLong(1), row.getString(2)) : null;
            }
        }
    }

    /** Whether no other transaction keeps the fence, and from now on none can. */
    private boolean keep(Connection connection, Fence fence) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(KEEP)) {
            DataSourceUtils.applyTransactionTimeout(statement, dataSource);
            setAdvisoryKey(statement, 1, fence);
            try (ResultSet row = statement.executeQuery()) {
                row.next();
                return row.getBoolean(1);
            }
        }
    }

    /** The same in every process. Ids are hashes already, so only the kind needs to be spread. */
    private static void setAdvisoryKey(PreparedStatement statement, int first, Fence fence) throws SQLException {
        long key = fence.id() ^ (fence.kind().hashCode() * 0x9e3779b97f4a7c15L);
        statement.setInt(first, (int) (key >>> 32));
        statement.setInt(first + 1, (int) key);
    }

    private static boolean isBelowFloor(Connection connection, Fence fence, Claimed claimed) throws SQLException {
        if (claimed.isolation() == null) {
            return false;
        }
        boolean seesAll = claimed.isolation().endsWith("committed");
        if (seesAll && fence.token() instanceof Token.Next) {
            return false;
        }
        try (PreparedStatement statement = connection.prepareStatement(seesAll ? FLOOR : FLOOR + " FOR SHARE");
                ResultSet floor = statement.executeQuery()) {
            if (!floor.next()) {
                throw new SQLException("interlock_fence_floor has no row; run the script V2__fencing.sql again");
            }
            if (claimed.token() > floor.getLong(1)) {
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
