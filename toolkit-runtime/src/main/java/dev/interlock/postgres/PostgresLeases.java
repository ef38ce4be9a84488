package dev.interlock.postgres;

import dev.interlock.guard.Clock;
import dev.interlock.idempotency.HeldRecord;
import dev.interlock.idempotency.LeasedRecords;
import dev.interlock.idempotency.RecordKey;
import dev.interlock.idempotency.Resolution;
import dev.interlock.idempotency.Sight;
import dev.interlock.idempotency.StoredOutcome;
import dev.interlock.postgres.RecordRows.Row;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Types;
import java.time.Duration;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/**
 * Leases as rows of {@code interlock_idempotency}, each change one statement and one transaction.
 *
 * <p><b>One statement that waits for nobody</b> claims and looks: before it inserts, it tries the advisory lock that a
 * transactional call of the same key would have, so it never stands behind an uncommitted row. A replay writes nothing. To
 * take over is a second statement, which names the owner it takes over from, so that of several one succeeds.
 *
 * <p>Thread-safe.
 */
public final class PostgresLeases implements LeasedRecords {

    private static final String CLAIM = """
            WITH turn AS MATERIALIZED (SELECT pg_catalog.pg_try_advisory_xact_lock(?) AS ours),
            claimed AS (
                INSERT INTO interlock_idempotency
                    (id, name, fingerprint, state, owner, fence, hold, lease_until, created_at, expires_at)
                SELECT ?, ?, ?, 'claimed', ?, 1, ?, t.now + pg_catalog.make_interval(secs => ?), t.now,
                       t.now + pg_catalog.make_interval(secs => ?)
                FROM turn, (SELECT pg_catalog.clock_timestamp() AS now OFFSET 0) t
                WHERE turn.ours
                ON CONFLICT (id) DO NOTHING
                RETURNING fence)
            SELECT %s,
                   turn.ours, claimed.fence AS granted, r.owner
            FROM turn LEFT JOIN claimed ON true LEFT JOIN interlock_idempotency r ON r.id = ?
            """.formatted(RecordRows.COLUMNS);

    private static final String TAKE_OVER = """
            UPDATE interlock_idempotency r SET
                fingerprint = ?, state = 'claimed', format = NULL, kind = NULL, thrown = NULL, outcome = NULL, owner = ?,
                fence = CASE WHEN r.state = 'claimed' THEN r.fence + 1 ELSE 1 END, hold = ?,
                lease_until = t.now + pg_catalog.make_interval(secs => ?),
                created_at = CASE WHEN r.state = 'claimed' THEN r.created_at ELSE t.now END,
                expires_at = t.now + pg_catalog.make_interval(secs => ?)
            FROM (SELECT pg_catalog.clock_timestamp() AS now OFFSET 0) t
            WHERE r.id = ? AND r.state = ? AND r.owner IS NOT DISTINCT FROM ?
                AND (r.state = 'done' AND r.expires_at <= t.now
                    OR r.state = 'claimed' AND NOT r.hold AND r.lease_until <= t.now)
                AND pg_catalog.pg_try_advisory_xact_lock(?)
            RETURNING r.fence
            """;

    private static final String FIND = "SELECT " + RecordRows.COLUMNS + " FROM interlock_idempotency r WHERE r.id = ?";

    private static final String RENEW = """
            UPDATE interlock_idempotency r
            SET lease_until = pg_catalog.clock_timestamp() + pg_catalog.make_interval(secs => l.lease)
            FROM unnest(?::text[], ?::bigint[], ?::float8[]) AS l (id, owner, lease)
            WHERE r.id = pg_catalog.decode(l.id, 'hex') AND r.owner = l.owner AND r.state = 'claimed'
            RETURNING r.owner
            """;

    private static final String COMPLETE = """
            UPDATE interlock_idempotency SET
                state = 'done', format = ?, kind = ?, thrown = ?, outcome = ?, hold = false, lease_until = NULL,
                expires_at = pg_catalog.clock_timestamp() + pg_catalog.make_interval(secs => ?)
            WHERE id = ? AND state = 'claimed' AND owner = ?
            """;

    private static final String RELEASE =
            "DELETE FROM interlock_idempotency WHERE id = ? AND state = 'claimed' AND owner = ?";

    private static final String ABANDON = """
            UPDATE interlock_idempotency SET lease_until = pg_catalog.clock_timestamp()
            WHERE id = ? AND state = 'claimed' AND owner = ?
            """;

    private static final String HELD = """
            SELECT pg_catalog.encode(id, 'hex'), name, created_at, lease_until FROM interlock_idempotency
            WHERE state = 'claimed' AND hold AND lease_until <= pg_catalog.clock_timestamp()
            ORDER BY created_at LIMIT ?
            """;

    private static final String RESOLVE_REPEAT = """
            DELETE FROM interlock_idempotency
            WHERE id = ? AND state = 'claimed' AND hold AND lease_until <= pg_catalog.clock_timestamp()
            """;

    private static final String RESOLVE_COMPLETE = """
            UPDATE interlock_idempotency SET
                state = 'done', format = ?, kind = ?, thrown = ?, outcome = ?, hold = false, lease_until = NULL, owner = NULL,
                expires_at = pg_catalog.clock_timestamp() + pg_catalog.make_interval(secs => ?)
            WHERE id = ? AND state = 'claimed' AND hold AND lease_until <= pg_catalog.clock_timestamp()
            """;

    private static final String CLAIMED = "claimed";

    private final OwnConnection own;
    private final Clock clock;

    public PostgresLeases(DataSource dataSource, Clock clock) {
        this.own = new OwnConnection(BoundConnection.target(dataSource));
        this.clock = clock;
    }

    /**
     * What a claim found: its fence if it was granted, else what is there.
     *
     * @param fingerprint of a claim that is there
     */
    private record Found(
            @Nullable Long fence,
            boolean ours,
            @Nullable String state,
            @Nullable Long owner,
            byte @Nullable [] fingerprint,
            Row row) {

        /** Whether somebody's record was committed between the snapshot and the insertion. */
        boolean isOutdated() {
            return state == null && ours;
        }

        boolean mayTakeOver() {
            return state != null && row.sight() instanceof Sight.Free;
        }
    }

    @Override
    public String name() {
        return "postgres";
    }

    @Override
    public Claim claim(Request request) {
        long asked = clock.nanoTime();
        return own.run("The claim of " + request.key(), connection -> {
            Found found = claim(connection, request, asked);
            if (found.fence() != null) {
                return new Claim.Granted(new Lease(request, found.fence(), asked));
            }
            if (found.fingerprint() != null && request.differsFrom(found.fingerprint())) {
                return new Claim.Refused(Sight.REUSED);
            }
            if (found.mayTakeOver()) {
                Long fence = takeOver(connection, request, found);
                return fence == null
                        ? new Claim.Refused(Sight.IN_FLIGHT)
                        : new Claim.Granted(new Lease(request, fence, asked));
            }
            Sight sight = found.isOutdated()
                    ? find(connection, request.key())
                    : found.row().sight();
            return new Claim.Refused(sight instanceof Sight.Free ? Sight.IN_FLIGHT : sight);
        });
    }

    private static Found claim(Connection connection, Request request, long asked) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(CLAIM)) {
            statement.setLong(1, request.key().lockId());
            statement.setBytes(2, request.key().id());
            statement.setString(3, request.key().name());
            statement.setBytes(4, request.fingerprint());
            statement.setLong(5, request.owner());
            statement.setBoolean(6, request.hold());
            statement.setDouble(7, seconds(request.lease()));
            statement.setDouble(8, seconds(request.lease().plus(request.ttl())));
            statement.setBytes(9, request.key().id());
            try (ResultSet row = statement.executeQuery()) {
                row.next();
                Long fence = row.getObject("granted", Long.class);
                return new Found(
                        fence,
                        row.getBoolean("ours"),
                        row.getString("state"),
                        row.getObject("owner", Long.class),
                        CLAIMED.equals(row.getString("state")) ? row.getBytes("fingerprint") : null,
                        RecordRows.read(row, asked));
            }
        }
    }

    private static @Nullable Long takeOver(Connection connection, Request request, Found from) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(TAKE_OVER)) {
            statement.setBytes(1, request.fingerprint());
            statement.setLong(2, request.owner());
            statement.setBoolean(3, request.hold());
            statement.setDouble(4, seconds(request.lease()));
            statement.setDouble(5, seconds(request.lease().plus(request.ttl())));
            statement.setBytes(6, request.key().id());
            statement.setString(7, from.state());
            if (from.owner() == null) {
                statement.setNull(8, Types.BIGINT);
            } else {
                statement.setLong(8, from.owner());
            }
            statement.setLong(9, request.key().lockId());
            try (ResultSet row = statement.executeQuery()) {
                return row.next() ? row.getLong(1) : null;
            }
        }
    }

    @Override
    public Sight find(RecordKey key) {
        return own.run("The lookup of " + key, connection -> find(connection, key));
    }

    private Sight find(Connection connection, RecordKey key) throws SQLException {
        long asked = clock.nanoTime();
        try (PreparedStatement statement = connection.prepareStatement(FIND)) {
            statement.setBytes(1, key.id());
            try (ResultSet row = statement.executeQuery()) {
                return row.next() ? RecordRows.read(row, asked).sight() : Sight.FREE;
            }
        }
    }

    @Override
    public Set<Lease> renew(Collection<Lease> leases) {
        List<Lease> asked = new ArrayList<>(leases);
        Set<Long> renewed = own.run("The renewal of " + asked.size() + " leases", connection -> {
            try (PreparedStatement statement = connection.prepareStatement(RENEW)) {
                statement.setArray(
                        1,
                        connection.createArrayOf(
                                "text",
                                asked.stream().map(lease -> lease.key().hex()).toArray()));
                statement.setArray(
                        2,
                        connection.createArrayOf(
                                "bigint",
                                asked.stream()
                                        .map(lease -> lease.request().owner())
                                        .toArray()));
                statement.setArray(
                        3,
                        connection.createArrayOf(
                                "float8",
                                asked.stream()
                                        .map(lease -> seconds(lease.request().lease()))
                                        .toArray()));
                Set<Long> owners = new HashSet<>();
                try (ResultSet rows = statement.executeQuery()) {
                    while (rows.next()) {
                        owners.add(rows.getLong(1));
                    }
                }
                return owners;
            }
        });
        Set<Lease> lost = new HashSet<>();
        asked.stream()
                .filter(lease -> !renewed.contains(lease.request().owner()))
                .forEach(lost::add);
        return lost;
    }

    @Override
    public boolean complete(Lease lease, StoredOutcome outcome) {
        return own.run("The record of " + lease.key(), connection -> {
            try (PreparedStatement statement = connection.prepareStatement(COMPLETE)) {
                setOutcome(statement, outcome, lease.request().ttl());
                statement.setBytes(6, lease.key().id());
                statement.setLong(7, lease.request().owner());
                return statement.executeUpdate() == 1;
            }
        });
    }

    private static void setOutcome(PreparedStatement statement, StoredOutcome outcome, Duration ttl)
            throws SQLException {
        statement.setInt(1, outcome.format());
        statement.setString(2, outcome.kind().name());
        statement.setString(3, outcome.thrown());
        statement.setBytes(4, outcome.body());
        statement.setDouble(5, seconds(ttl));
    }

    @Override
    public boolean release(Lease lease) {
        return endLease(RELEASE, lease);
    }

    @Override
    public boolean abandon(Lease lease) {
        return endLease(ABANDON, lease);
    }

    private boolean endLease(String sql, Lease lease) {
        return own.run("The end of the lease of " + lease.key(), connection -> {
            try (PreparedStatement statement = connection.prepareStatement(sql)) {
                statement.setBytes(1, lease.key().id());
                statement.setLong(2, lease.request().owner());
                return statement.executeUpdate() == 1;
            }
        });
    }

    @Override
    public List<HeldRecord> held(int most) {
        return own.run("The list of held records", connection -> {
            try (PreparedStatement statement = connection.prepareStatement(HELD)) {
                statement.setInt(1, most);
                List<HeldRecord> held = new ArrayList<>();
                try (ResultSet rows = statement.executeQuery()) {
                    while (rows.next()) {
                        held.add(new HeldRecord(
                                rows.getString(1),
                                rows.getString(2),
                                rows.getObject(3, OffsetDateTime.class).toInstant(),
                                rows.getObject(4, OffsetDateTime.class).toInstant()));
                    }
                }
                return held;
            }
        });
    }

    @Override
    public boolean resolve(String id, Resolution resolution) {
        byte[] bytes = HexFormat.of().parseHex(id);
        return own.run("The resolution of a held record", connection -> {
            if (resolution instanceof Resolution.Complete complete) {
                try (PreparedStatement statement = connection.prepareStatement(RESOLVE_COMPLETE)) {
                    setOutcome(statement, complete.outcome(), complete.ttl());
                    statement.setBytes(6, bytes);
                    return statement.executeUpdate() == 1;
                }
            }
            try (PreparedStatement statement = connection.prepareStatement(RESOLVE_REPEAT)) {
                statement.setBytes(1, bytes);
                return statement.executeUpdate() == 1;
            }
        });
    }

    private static double seconds(Duration duration) {
        return duration.toMillis() / 1000.0;
    }
}
