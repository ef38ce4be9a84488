package dev.interlock.queue;

import java.sql.Array;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** The lanes of sequenced queues, table {@code interlock_lane}, as a node tends them. Stateless. */
final class LaneStore implements Store {

    private static final String PULSE = """
            WITH due AS MATERIALIZED (
                SELECT id FROM interlock_lane WHERE state = 'later' AND run_at <= pg_catalog.statement_timestamp()
                ORDER BY run_at LIMIT %d FOR UPDATE SKIP LOCKED),
            promoted AS (
                UPDATE interlock_lane SET state = 'ready' WHERE id = ANY (ARRAY(SELECT id FROM due)) RETURNING queue)
            SELECT q.queue FROM unnest(?::text[]) AS q (queue)
            WHERE EXISTS (SELECT 1 FROM interlock_lane l WHERE l.state = 'ready' AND l.queue = q.queue)
                OR EXISTS (SELECT 1 FROM promoted p WHERE p.queue = q.queue)
            """.formatted(BATCH);

    private static final String CLAIM = """
            WITH picked AS MATERIALIZED (
                SELECT id FROM interlock_lane WHERE state = 'ready' AND queue = ?
                ORDER BY run_at LIMIT %d FOR UPDATE SKIP LOCKED)
            UPDATE interlock_lane SET state = 'running', node = ?, claim = claim + 1, attempts = attempts + 1
            WHERE id = ANY (ARRAY(SELECT id FROM picked))
            RETURNING id, claim, done_seq, attempts
            """;

    /** Numbers have no gaps and are drawn under a lock that is held to the commit, so what is seen here is the front. */
    private static final String FRONT = """
            SELECT l.lane, s.id, s.seq, s.kind, s.size, s.payload
            FROM unnest(?::uuid[], ?::bigint[]) AS l (lane, done_seq), LATERAL (
                SELECT id, seq, kind, octet_length(payload) AS size,
                    CASE WHEN octet_length(payload) <= %d THEN payload END AS payload
                FROM interlock_submission WHERE lane = l.lane AND seq > l.done_seq ORDER BY seq LIMIT %d) s
            ORDER BY l.lane, s.seq
            """;

    private static final String GONE = """
            SELECT DISTINCT node FROM interlock_lane WHERE node IS NOT NULL AND NOT EXISTS (
                SELECT 1 FROM interlock_queue_node n
                WHERE n.id = node AND n.lease_until > pg_catalog.clock_timestamp())
            """;

    private static final String SWEEP = """
            WITH stray AS MATERIALIZED (
                SELECT id FROM interlock_lane WHERE node = ANY (?) LIMIT %d FOR UPDATE SKIP LOCKED)
            UPDATE interlock_lane SET state = 'later', node = NULL, claim = claim + 1,
                run_at = pg_catalog.clock_timestamp() + random() * least(60, 2 ^ least(attempts - 1, 6)) * interval '1 second',
                reason = 'its worker died or lost its lease in attempt ' || attempts
            WHERE id = ANY (ARRAY(SELECT id FROM stray))
            """.formatted(BATCH);

    private static final String STANDING = "SELECT id, claim FROM interlock_lane WHERE node = ?";

    private static final String GIVE_BACK = """
            WITH given (begun, millis) AS (VALUES (?::boolean, ?::bigint)),
            standing AS MATERIALIZED (
                SELECT l.id FROM interlock_lane l JOIN unnest(?::uuid[], ?::bigint[]) AS c (id, claim) ON l.id = c.id
                WHERE l.claim = c.claim AND l.state = 'running' FOR UPDATE OF l SKIP LOCKED)
            UPDATE interlock_lane SET state = 'later', node = NULL, claim = claim + 1,
                attempts = greatest(0, attempts - CASE WHEN (SELECT begun FROM given) THEN 0 ELSE 1 END),
                run_at = pg_catalog.clock_timestamp() + (SELECT millis FROM given) * interval '1 millisecond'
            WHERE id = ANY (ARRAY(SELECT id FROM standing))
            """;

    private static final String PURGE_SUBMISSIONS = """
            WITH old AS MATERIALIZED (
                SELECT id FROM interlock_submission WHERE purge_at <= pg_catalog.statement_timestamp()
                ORDER BY purge_at LIMIT %d FOR UPDATE SKIP LOCKED)
            DELETE FROM interlock_submission WHERE id = ANY (ARRAY(SELECT id FROM old))
            """.formatted(BATCH);

    /** A lane that somebody may still ask for is looked at again later. */
    private static final String PURGE_LANES = """
            WITH due AS MATERIALIZED (
                SELECT lane FROM interlock_lane_end WHERE purge_at <= pg_catalog.statement_timestamp()
                ORDER BY purge_at LIMIT %d FOR UPDATE SKIP LOCKED),
            used AS MATERIALIZED (
                SELECT lane FROM due WHERE EXISTS (SELECT 1 FROM interlock_submission s WHERE s.lane = due.lane)),
            put_off AS (
                UPDATE interlock_lane_end SET purge_at = pg_catalog.statement_timestamp() + interval '1 hour'
                WHERE lane = ANY (ARRAY(SELECT lane FROM used))),
            gone AS (
                DELETE FROM interlock_lane_end
                WHERE lane = ANY (ARRAY(SELECT lane FROM due WHERE lane NOT IN (SELECT lane FROM used))) RETURNING lane)
            DELETE FROM interlock_lane WHERE id = ANY (ARRAY(SELECT lane FROM gone))
            """.formatted(BATCH);

    /** A submission at the front of its lane; its payload is missing if it is too large to be looked at. */
    record Item(
            UUID id,
            long seq,
            String kind,
            int size,
            @Nullable String payload) {}

    /**
     * A lane that was claimed.
     *
     * @param attempt of its first item
     * @param items the first of those that wait, in order; none if they were rolled back
     */
    record Claimed(Claim claim, long doneSeq, int attempt, List<Item> items) {}

    /** @param more whether it took as many lanes as it asked for */
    record Claims(List<Claimed> lanes, boolean more) {}

    /**
     * @param most lanes, 1 or more
     * @param front items of each
     */
    Claims claim(Connection connection, UUID node, String queue, int most, int front) throws SQLException {
        int limit = Rows.limit(most);
        Map<UUID, Claimed> lanes = new LinkedHashMap<>();
        try (PreparedStatement statement = connection.prepareStatement(CLAIM.formatted(limit))) {
            statement.setString(1, queue);
            statement.setObject(2, node);
            try (ResultSet row = statement.executeQuery()) {
                while (row.next()) {
                    UUID id = row.getObject("id", UUID.class);
                    lanes.put(
                            id,
                            new Claimed(
                                    new Claim(id, row.getLong("claim")),
                                    row.getLong("done_seq"),
                                    row.getInt("attempts"),
                                    new ArrayList<>()));
                }
            }
        }
        if (!lanes.isEmpty()) {
            readFronts(connection, lanes, front);
        }
        return new Claims(List.copyOf(lanes.values()), lanes.size() == limit);
    }

    private static void readFronts(Connection connection, Map<UUID, Claimed> lanes, int front) throws SQLException {
        Array ids = connection.createArrayOf("uuid", lanes.keySet().toArray());
        Array done = connection.createArrayOf(
                "bigint", lanes.values().stream().map(Claimed::doneSeq).toArray());
        try (PreparedStatement statement = connection.prepareStatement(FRONT.formatted(Payloads.LARGEST, front))) {
            statement.setArray(1, ids);
            statement.setArray(2, done);
            try (ResultSet row = statement.executeQuery()) {
                while (row.next()) {
                    Claimed lane = lanes.get(row.getObject("lane", UUID.class));
                    if (lane != null) {
                        lane.items()
                                .add(new Item(
                                        row.getObject("id", UUID.class),
                                        row.getLong("seq"),
                                        row.getString("kind"),
                                        row.getInt("size"),
                                        row.getString("payload")));
                    }
                }
            }
        } finally {
            ids.free();
            done.free();
        }
    }

    @Override
    public Set<String> pulse(Connection connection, List<String> queues) throws SQLException {
        return Rows.pulse(connection, PULSE, queues);
    }

    @Override
    public int sweep(Connection connection) throws SQLException {
        return Rows.sweep(connection, GONE, SWEEP);
    }

    @Override
    public List<Claim> standing(Connection connection, UUID node) throws SQLException {
        return Rows.claims(connection, STANDING, node);
    }

    @Override
    public void giveBack(Connection connection, Collection<Claim> claims, boolean begun, Duration after)
            throws SQLException {
        Rows.giveBack(connection, GIVE_BACK, claims, begun, after);
    }

    @Override
    public boolean tend(Connection connection) throws SQLException {
        Growth.tend(connection, "interlock_submission", "interlock_lane", "interlock_lane_end");
        boolean more = Rows.update(connection, PURGE_SUBMISSIONS) == BATCH;
        return Rows.update(connection, PURGE_LANES) == BATCH || more;
    }
}
