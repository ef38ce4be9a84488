package dev.interlock.postgres;

import dev.interlock.guard.Deadline;
import dev.interlock.lock.FenceStore;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import javax.sql.DataSource;
import org.springframework.jdbc.datasource.DataSourceUtils;

/**
 * Fences as rows of {@code interlock_fence}, claimed in the transaction that Spring has bound to this thread.
 *
 * <p><b>One round trip.</b> A claim that need not wait is sent together with the savepoint before it and the release of that
 * after it. So a time-out never dooms the transaction, a wait goes in slices between which the thread sees its interrupt,
 * and all that costs no round trip. Several fences in a transaction of the caller take a second one, since only the result
 * tells whether to keep them. {@code lock_timeout} is set and restored by the claiming statement itself.
 *
 * <p><b>Tokens and crashes.</b> They come from a sequence that Postgres writes to its log 32 draws ahead, not waiting for
 * the disk. After a crash of Postgres a token may be drawn again that no committed claim bears. One that a committed claim
 * bears cannot: its draw was in the log before the claim, and the commit made the log durable up to its own record.
 *
 * <p>Thread-safe.
 */
public final class PostgresFences implements FenceStore {

    private static final long SLICE_MILLIS = 200;
    private static final Claim CLAIMED = new Claim.Claimed();
    private static final Claim BUSY = new Claim.Busy();

    private static final String SAVEPOINT = "SAVEPOINT interlock_claim;\n";
    private static final String RELEASE = "RELEASE SAVEPOINT interlock_claim";
    private static final String ROLLBACK = "ROLLBACK TO SAVEPOINT interlock_claim;\n" + RELEASE;

    private static final String CLAIM = SAVEPOINT + """
            SELECT pg_catalog.set_config('lock_timeout', ?, true),
                   interlock_claim_fences(?::text[], ?::bigint[], ?::bigint[]),
                   pg_catalog.set_config('lock_timeout', o.value, true)
            FROM (SELECT pg_catalog.current_setting('lock_timeout') AS value OFFSET 0) o""";

    private static final String CLAIM_AND_RELEASE = CLAIM + ";\n" + RELEASE;

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
    public Claim claim(List<Fence> fences, Deadline deadline, boolean joined) throws InterruptedException {
        Connection connection = BoundConnection.find(dataSource);
        if (connection == null) {
            return new Claim.Impossible(
                    "the active transaction is not one of the fences' DataSource, so it cannot carry the claim; use the"
                            + " transaction manager of that DataSource",
                    null);
        }
        boolean undoStale = joined && fences.size() > 1;
        try {
            do {
                if (Thread.interrupted()) {
                    throw new InterruptedException();
                }
                Claim claim = claimFor(connection, fences, slice(deadline), undoStale);
                if (claim != BUSY) {
                    return claim;
                }
            } while (!deadline.passed());
            return BUSY;
        } catch (SQLException failure) {
            return new Claim.Impossible("the fence could not be claimed: " + failure.getMessage(), failure);
        }
    }

    private static long slice(Deadline deadline) {
        long remaining = TimeUnit.NANOSECONDS.toMillis(deadline.remainingNanos());
        return Math.max(1, Math.min(SLICE_MILLIS, remaining));
    }

    private Claim claimFor(Connection connection, List<Fence> fences, long millis, boolean undoStale)
            throws SQLException {
        int stale;
        try (PreparedStatement statement = connection.prepareStatement(undoStale ? CLAIM : CLAIM_AND_RELEASE)) {
            DataSourceUtils.applyTransactionTimeout(statement, dataSource);
            statement.setString(1, millis + "ms");
            statement.setArray(2, array(connection, "text", fences, Fence::kind));
            statement.setArray(3, array(connection, "int8", fences, Fence::id));
            statement.setArray(4, array(connection, "int8", fences, Fence::token));
            stale = result(statement);
        } catch (SQLException failure) {
            return afterFailure(connection, failure);
        }
        if (undoStale) {
            execute(connection, stale > 0 ? ROLLBACK : RELEASE);
        }
        return stale > 0 ? new Claim.Stale(fences.get(stale - 1)) : CLAIMED;
    }

    private static java.sql.Array array(
            Connection connection, String type, List<Fence> fences, Function<Fence, Object> value) throws SQLException {
        return connection.createArrayOf(type, fences.stream().map(value).toArray());
    }

    /** The savepoint's own results come before that of the claim. */
    private static int result(PreparedStatement statement) throws SQLException {
        boolean rows = statement.execute();
        while (!rows) {
            if (statement.getUpdateCount() < 0) {
                throw new SQLException("Postgres did not answer the claim of a fence");
            }
            rows = statement.getMoreResults();
        }
        try (ResultSet row = statement.getResultSet()) {
            row.next();
            return row.getInt(2);
        }
    }

    private static Claim afterFailure(Connection connection, SQLException failure) throws SQLException {
        try {
            execute(connection, ROLLBACK);
        } catch (SQLException alsoFailed) {
            failure.addSuppressed(alsoFailed);
            throw failure;
        }
        if (SqlStates.LOCK_NOT_AVAILABLE.equals(failure.getSQLState())) {
            return BUSY;
        }
        throw failure;
    }

    private static void execute(Connection connection, String sql) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }
}
