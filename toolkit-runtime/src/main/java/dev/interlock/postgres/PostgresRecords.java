package dev.interlock.postgres;

import dev.interlock.annotation.LockMode;
import dev.interlock.guard.Deadline;
import dev.interlock.idempotency.IdempotencyException;
import dev.interlock.idempotency.IdempotencyStoreException;
import dev.interlock.idempotency.RecordKey;
import dev.interlock.idempotency.Sight;
import dev.interlock.idempotency.StoredOutcome;
import dev.interlock.idempotency.TransactionalRecords;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import javax.sql.DataSource;
import org.springframework.jdbc.support.SQLStateSQLExceptionTranslator;

/**
 * Records in {@code interlock_idempotency} that are written in the transaction that Spring has bound to this thread.
 *
 * <p><b>The claim</b> is {@code pg_try_advisory_xact_lock} on 64 bits of the record's id: it waits for nobody, writes nothing,
 * and ends with the transaction, also if its client dies. The row itself is inserted once, with the outcome.
 *
 * <p><b>Nothing slips through.</b> Lock and lookup are two statements in one message. A committing transaction becomes
 * visible before its locks go, so under {@code READ COMMITTED} the lookup, whose snapshot is taken after the lock was
 * granted, sees the record of everybody who had the claim before. Under stricter levels the snapshot may be older than the
 * lock; the insertion then meets the row it could not see and fails with a serialization failure, and the transaction with
 * it. Two keys that share their 64 bits merely wait for each other.
 *
 * <p>Thread-safe.
 */
public final class PostgresRecords implements TransactionalRecords {

    /** Where a lease is what is waited for, which no lock tells the end of. */
    private static final Duration BETWEEN_LEASES = Duration.ofMillis(50);

    private static final String LOOKUP =
            "SELECT " + RecordRows.COLUMNS + " FROM interlock_idempotency r WHERE r.id = ?";

    private static final String CLAIM = "SELECT pg_catalog.pg_try_advisory_xact_lock(?) AS ours; " + LOOKUP;

    private static final String PROBE = "SELECT pg_catalog.pg_try_advisory_xact_lock_shared(?) AS ours; " + LOOKUP;

    /** Leaves alone whatever is neither expired nor given up. */
    private static final String INSERT = """
            INSERT INTO interlock_idempotency AS r
                (id, name, fingerprint, state, format, kind, thrown, outcome, created_at, expires_at)
            %s
            ON CONFLICT (id) DO UPDATE SET
                name = excluded.name, fingerprint = excluded.fingerprint, state = excluded.state, format = excluded.format,
                kind = excluded.kind, thrown = excluded.thrown, outcome = excluded.outcome, owner = NULL, hold = false,
                lease_until = NULL, created_at = excluded.created_at, expires_at = excluded.expires_at
            WHERE r.state = 'done' AND r.expires_at <= excluded.created_at
                OR r.state = 'claimed' AND NOT r.hold AND r.lease_until <= excluded.created_at
            """;

    private static final String ROW = """
            ?, ?, ?, 'done', ?, ?, ?, ?,
            pg_catalog.clock_timestamp(), pg_catalog.clock_timestamp() + pg_catalog.make_interval(secs => ?)
            """;

    /** In a transaction that has the claim. */
    private static final String COMPLETE = INSERT.formatted("VALUES (" + ROW + ")");

    private static final String COMPLETE_APART =
            INSERT.formatted("SELECT " + ROW + " WHERE pg_catalog.pg_try_advisory_xact_lock(?)");

    private final DataSource dataSource;
    private final OwnConnection own;
    private final PostgresConflicts conflicts = new PostgresConflicts();

    /** @param dataSource what the transactions of the calls use */
    public PostgresRecords(DataSource dataSource) {
        this.dataSource = BoundConnection.target(dataSource);
        this.own = new OwnConnection(this.dataSource);
    }

    @Override
    public Object resource() {
        return dataSource;
    }

    @Override
    public Sight find(RecordKey key) {
        return own.run("The lookup of " + key, connection -> {
            long asked = System.nanoTime();
            try (PreparedStatement statement = connection.prepareStatement(LOOKUP)) {
                statement.setBytes(1, key.id());
                try (ResultSet row = statement.executeQuery()) {
                    return row.next() ? RecordRows.read(row, asked).sight() : Sight.FREE;
                }
            }
        });
    }

    @Override
    public Sight probe(RecordKey key) {
        return own.run("The lookup of " + key, connection -> lookUp(connection, PROBE, key));
    }

    @Override
    public Sight claim(RecordKey key) {
        return inTransaction(key, connection -> lookUp(connection, CLAIM, key));
    }

    @Override
    public Sight claim(RecordKey key, Deadline deadline) throws InterruptedException {
        Sight sight = claim(key);
        while (sight instanceof Sight.InFlight && !deadline.passed()) {
            if (await(key, deadline)) {
                sight = claim(key);
                if (sight instanceof Sight.InFlight) {
                    deadline.sleep(BETWEEN_LEASES);
                }
            }
        }
        return sight;
    }

    private boolean await(RecordKey key, Deadline deadline) throws InterruptedException {
        try {
            return LockSlice.lock(bound(key), dataSource, key.lockId(), LockMode.EXCLUSIVE, deadline);
        } catch (SQLException failure) {
            throw translated(key, failure);
        }
    }

    /** A claim that is found taken may be that of a transaction, or a lease that is in the row. */
    private Sight lookUp(Connection connection, String sql, RecordKey key) throws SQLException {
        long asked = System.nanoTime();
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            statement.setLong(1, key.lockId());
            statement.setBytes(2, key.id());
            statement.execute();
            boolean ours;
            try (ResultSet lock = statement.getResultSet()) {
                lock.next();
                ours = lock.getBoolean(1);
            }
            statement.getMoreResults();
            try (ResultSet row = statement.getResultSet()) {
                Sight sight = row.next() ? RecordRows.read(row, asked).sight() : Sight.FREE;
                return sight instanceof Sight.Free && !ours ? Sight.IN_FLIGHT : sight;
            }
        }
    }

    @Override
    public boolean complete(RecordKey key, byte[] fingerprint, StoredOutcome outcome, Duration ttl) {
        return inTransaction(key, connection -> {
            try (PreparedStatement statement = connection.prepareStatement(COMPLETE)) {
                setRow(statement, key, fingerprint, outcome, ttl);
                return statement.executeUpdate() == 1;
            }
        });
    }

    @Override
    public boolean completeApart(RecordKey key, byte[] fingerprint, StoredOutcome outcome, Duration ttl) {
        return own.run("The record of " + key, connection -> {
            try (PreparedStatement statement = connection.prepareStatement(COMPLETE_APART)) {
                setRow(statement, key, fingerprint, outcome, ttl);
                statement.setLong(9, key.lockId());
                return statement.executeUpdate() == 1;
            }
        });
    }

    private static void setRow(
            PreparedStatement statement, RecordKey key, byte[] fingerprint, StoredOutcome outcome, Duration ttl)
            throws SQLException {
        statement.setBytes(1, key.id());
        statement.setString(2, key.name());
        statement.setBytes(3, fingerprint);
        statement.setInt(4, outcome.format());
        statement.setString(5, outcome.kind().name());
        statement.setString(6, outcome.thrown());
        statement.setBytes(7, outcome.body());
        statement.setDouble(8, ttl.toMillis() / 1000.0);
    }

    @Override
    public boolean provesRollback(Throwable commitFailure) {
        return conflicts.provesRollback(commitFailure);
    }

    private <T> T inTransaction(RecordKey key, OwnConnection.Work<T> work) {
        Connection connection = bound(key);
        try {
            return work.run(connection);
        } catch (SQLException failure) {
            throw translated(key, failure);
        }
    }

    private Connection bound(RecordKey key) {
        Connection connection = BoundConnection.find(dataSource);
        if (connection == null) {
            throw new IdempotencyException(
                    "The call of " + key
                            + " is in a transaction that is not one of the records' DataSource, so it cannot carry"
                            + " the record; use the transaction manager of that DataSource, or mode = LEASED",
                    null);
        }
        return connection;
    }

    /** What a retry can mend must look like any other conflict of the transaction. */
    private static RuntimeException translated(RecordKey key, SQLException failure) {
        String state = failure.getSQLState();
        RuntimeException conflict = state != null && state.startsWith("40")
                ? new SQLStateSQLExceptionTranslator().translate("idempotent call", null, failure)
                : null;
        return conflict != null
                ? conflict
                : new IdempotencyStoreException("The claim of " + key + " failed: " + failure.getMessage(), failure);
    }
}
