package dev.interlock.queue;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** The jobs of work queues, table {@code interlock_job}, as a node tends them. Stateless. */
final class JobStore implements Store {

    static final String UNIQUE_VIOLATION = "23505";
    private static final int CLAIM_TRIES = 5;

    private static final String PULSE = """
            WITH due AS MATERIALIZED (
                SELECT id FROM interlock_job WHERE state = 'later' AND run_at <= pg_catalog.statement_timestamp()
                ORDER BY run_at LIMIT %d FOR UPDATE SKIP LOCKED),
            promoted AS (
                UPDATE interlock_job SET state = 'ready' WHERE id = ANY (ARRAY(SELECT id FROM due)) RETURNING queue)
            SELECT q.queue FROM unnest(?::text[]) AS q (queue)
            WHERE EXISTS (SELECT 1 FROM interlock_job j WHERE j.state = 'ready' AND j.queue = q.queue)
                OR EXISTS (SELECT 1 FROM promoted p WHERE p.queue = q.queue)
            """.formatted(BATCH);

    /**
     * Of those that must not run together, the first of each key runs if none does; the advisory lock keeps two claims from
     * taking the same key at once, and the others are parked.
     */
    private static final String CLAIM = """
            WITH picked AS MATERIALIZED (
                SELECT id, running_key, priority FROM interlock_job WHERE state = 'ready' AND queue = ?
                ORDER BY priority DESC, id LIMIT %d FOR UPDATE SKIP LOCKED),
            first_of_key AS MATERIALIZED (
                SELECT DISTINCT ON (running_key) id, running_key FROM picked WHERE running_key IS NOT NULL
                ORDER BY running_key, priority DESC, id),
            held_back AS MATERIALIZED (
                SELECT id FROM picked WHERE running_key IS NOT NULL AND id NOT IN (
                    SELECT id FROM first_of_key f
                    WHERE NOT EXISTS (SELECT 1 FROM interlock_job r WHERE r.running_key = f.running_key AND r.state = 'running')
                        AND pg_catalog.pg_try_advisory_xact_lock(pg_catalog.hashtextextended(encode(f.running_key, 'hex'), %d))))
            UPDATE interlock_job j SET
                state = CASE WHEN j.id = ANY (h.ids) THEN 'parked' ELSE 'running' END,
                node = CASE WHEN j.id = ANY (h.ids) THEN NULL ELSE ? END,
                claim = j.claim + 1,
                attempts = j.attempts + CASE WHEN j.id = ANY (h.ids) THEN 0 ELSE 1 END,
                unique_key = CASE
                    WHEN j.unique_until = 'executing' AND NOT j.id = ANY (h.ids) THEN NULL ELSE j.unique_key END
            FROM (SELECT ARRAY(SELECT id FROM held_back) AS ids) h
            WHERE j.id = ANY (ARRAY(SELECT id FROM picked))
            RETURNING j.id, j.claim, j.attempts, j.kind, j.priority, j.running_key, j.unique_expires_at IS NOT NULL AS expires,
                octet_length(j.payload) AS size, CASE WHEN octet_length(j.payload) <= %d THEN j.payload END AS payload,
                j.state = 'parked' AS parked
            """;

    private static final long KEY_SEED = 0x696e7465726c716bL;

    private static final String GONE = """
            SELECT DISTINCT node FROM interlock_job WHERE node IS NOT NULL AND NOT EXISTS (
                SELECT 1 FROM interlock_queue_node n
                WHERE n.id = node AND n.lease_until > pg_catalog.clock_timestamp())
            """;

    /** Whoever lost a worker may have been what killed it, so they come back apart from each other. */
    private static final String SWEEP = """
            WITH stray AS MATERIALIZED (
                SELECT id FROM interlock_job WHERE node = ANY (?) LIMIT %d FOR UPDATE SKIP LOCKED)
            UPDATE interlock_job SET state = 'later', node = NULL, claim = claim + 1,
                run_at = pg_catalog.clock_timestamp() + random() * least(60, 2 ^ least(attempts - 1, 6)) * interval '1 second',
                reason = 'its worker died or lost its lease in attempt ' || attempts
            WHERE id = ANY (ARRAY(SELECT id FROM stray))
            """.formatted(BATCH);

    private static final String STANDING = "SELECT id, claim FROM interlock_job WHERE node = ?";

    private static final String GIVE_BACK = """
            WITH given (begun, millis) AS (VALUES (?::boolean, ?::bigint)),
            standing AS MATERIALIZED (
                SELECT j.id FROM interlock_job j JOIN unnest(?::uuid[], ?::bigint[]) AS c (id, claim) ON j.id = c.id
                WHERE j.claim = c.claim AND j.state = 'running' FOR UPDATE OF j SKIP LOCKED)
            UPDATE interlock_job SET state = 'later', node = NULL, claim = claim + 1,
                attempts = attempts - CASE WHEN (SELECT begun FROM given) THEN 0 ELSE 1 END,
                run_at = pg_catalog.clock_timestamp() + (SELECT millis FROM given) * interval '1 millisecond'
            WHERE id = ANY (ARRAY(SELECT id FROM standing))
            """;

    /** A loose scan: one step for each key, however many jobs are parked behind it. */
    private static final String UNPARK = """
            WITH RECURSIVE keys (running_key) AS (
                (SELECT running_key FROM interlock_job WHERE state = 'parked' ORDER BY running_key LIMIT 1)
                UNION ALL
                SELECT (SELECT p.running_key FROM interlock_job p WHERE p.state = 'parked' AND p.running_key > k.running_key
                    ORDER BY p.running_key LIMIT 1) FROM keys k WHERE k.running_key IS NOT NULL),
            free AS MATERIALIZED (
                SELECT (SELECT p.id FROM interlock_job p WHERE p.state = 'parked' AND p.running_key = k.running_key
                    ORDER BY p.priority DESC, p.id LIMIT 1) AS id
                FROM keys k WHERE k.running_key IS NOT NULL AND NOT EXISTS (
                    SELECT 1 FROM interlock_job r WHERE r.running_key = k.running_key AND r.state = 'running')
                LIMIT %d),
            woken AS MATERIALIZED (
                SELECT id FROM interlock_job WHERE id = ANY (ARRAY(SELECT id FROM free)) AND state = 'parked'
                FOR UPDATE SKIP LOCKED)
            UPDATE interlock_job SET state = 'ready' WHERE id = ANY (ARRAY(SELECT id FROM woken))
            """.formatted(BATCH);

    private static final String PURGE = """
            WITH old AS MATERIALIZED (
                SELECT id FROM interlock_job WHERE state = 'done' AND purge_at <= pg_catalog.statement_timestamp()
                ORDER BY purge_at LIMIT %d FOR UPDATE SKIP LOCKED)
            DELETE FROM interlock_job WHERE id = ANY (ARRAY(SELECT id FROM old))
            """.formatted(BATCH);

    /** A job that was claimed; its payload is missing if it is too large to be looked at. */
    record Claimed(
            Claim claim,
            int attempt,
            String kind,
            int priority,
            byte @Nullable [] runningKey,
            boolean expires,
            int size,
            @Nullable String payload) {}

    /** @param more whether it took as many rows as it asked for */
    record Claims(List<Claimed> jobs, boolean more) {}

    /** @param most 1 or more */
    Claims claim(Connection connection, UUID node, String queue, int most) throws SQLException {
        for (int tries = 1; ; tries++) {
            try {
                return claimOnce(connection, node, queue, Rows.limit(most));
            } catch (SQLException failure) {
                if (!UNIQUE_VIOLATION.equals(failure.getSQLState()) || tries == CLAIM_TRIES) {
                    throw failure;
                }
            }
        }
    }

    /** What claims at most so many, which has to be one of the limits. */
    static String claimText(int limit) {
        return CLAIM.formatted(limit, KEY_SEED, Payloads.LARGEST);
    }

    private static Claims claimOnce(Connection connection, UUID node, String queue, int limit) throws SQLException {
        List<Claimed> jobs = new ArrayList<>(limit);
        int rows = 0;
        try (PreparedStatement statement = connection.prepareStatement(claimText(limit))) {
            statement.setString(1, queue);
            statement.setObject(2, node);
            try (ResultSet row = statement.executeQuery()) {
                for (; row.next(); rows++) {
                    if (!row.getBoolean("parked")) {
                        jobs.add(claimed(row));
                    }
                }
            }
        }
        jobs.sort(Comparator.comparingInt(Claimed::priority)
                .reversed()
                .thenComparing(job -> job.claim().id().toString()));
        return new Claims(jobs, rows == limit);
    }

    private static Claimed claimed(ResultSet row) throws SQLException {
        return new Claimed(
                new Claim(row.getObject("id", UUID.class), row.getLong("claim")),
                row.getInt("attempts"),
                row.getString("kind"),
                row.getInt("priority"),
                row.getBytes("running_key"),
                row.getBoolean("expires"),
                row.getInt("size"),
                row.getString("payload"));
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
        Growth.tend(connection, "interlock_job");
        Rows.update(connection, UNPARK);
        return Rows.update(connection, PURGE) == BATCH;
    }
}
