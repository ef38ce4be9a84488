package dev.interlock.queue;

import dev.interlock.queue.NewJob.Terms;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Savepoint;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.ConnectionCallback;
import org.springframework.jdbc.core.JdbcTemplate;

/** The jobs of one queue, as producers and operators see them; everything in the transaction at hand. */
final class JobTable {

    /** Whoever keeps a key may end while we look; each round follows such an end, so more than a few are a sign of trouble. */
    private static final int ROUNDS = 20;

    private static final String ADD = """
            INSERT INTO interlock_job (id, queue, kind, payload, priority, state, run_at,
                unique_key, unique_until, unique_expires_at, running_key, created_at)
            SELECT ?::uuid, ?, ?, ?, ?::smallint, CASE WHEN d.millis > 0 THEN 'later' ELSE 'ready' END,
                d.now + d.millis * interval '1 millisecond', ?::bytea, ?::text,
                d.now + ?::bigint * interval '1 millisecond', ?::bytea, d.now
            FROM (SELECT ?::bigint AS millis, pg_catalog.clock_timestamp() AS now) d
            """;

    private static final String INSERT = ADD + """
            ON CONFLICT (unique_key) WHERE unique_key IS NOT NULL AND (state <> 'dead' OR unique_until = 'expired')
            DO NOTHING
            """;

    private static final String INSERT_ALL = """
            INSERT INTO interlock_job (id, queue, kind, payload, state, run_at, created_at)
            SELECT j.id, ?, j.kind, j.payload, 'ready', pg_catalog.clock_timestamp(), pg_catalog.clock_timestamp()
            FROM unnest(?::uuid[], ?::text[], ?::text[]) AS j (id, kind, payload)
            """;

    private static final String EXPIRE = """
            UPDATE interlock_job SET unique_key = NULL
            WHERE unique_key = ? AND (state <> 'dead' OR unique_until = 'expired')
                AND unique_expires_at <= pg_catalog.clock_timestamp()
            """;

    private static final String HOLDER = """
            SELECT id FROM interlock_job WHERE unique_key = ? AND (state <> 'dead' OR unique_until = 'expired')
            """;

    private static final String DEAD_LETTERS = """
            SELECT id, kind, payload, attempts, reason, created_at FROM interlock_job
            WHERE queue = ? AND state = 'dead' ORDER BY id LIMIT ?
            """;

    private static final String REDRIVE = """
            UPDATE interlock_job j SET state = 'ready', attempts = 0, reason = NULL, run_at = pg_catalog.clock_timestamp()
            WHERE j.queue = ? AND j.state = 'dead' AND j.id = ? AND NOT EXISTS (
                SELECT 1 FROM interlock_job o WHERE o.unique_key = j.unique_key AND o.id <> j.id
                    AND (o.state <> 'dead' OR o.unique_until = 'expired'))
            """;

    private static final String IN_THE_WAY = """
            SELECT o.id FROM interlock_job j LEFT JOIN interlock_job o ON o.unique_key = j.unique_key AND o.id <> j.id
                AND (o.state <> 'dead' OR o.unique_until = 'expired')
            WHERE j.queue = ? AND j.state = 'dead' AND j.id = ?
            """;

    private static final String DEPTH = """
            SELECT count(*) FILTER (WHERE state = 'ready') AS ready, count(*) FILTER (WHERE state = 'later') AS later,
                count(*) FILTER (WHERE state = 'running') AS running, count(*) FILTER (WHERE state = 'parked') AS parked,
                count(*) FILTER (WHERE state = 'dead') AS dead,
                coalesce(extract(epoch FROM pg_catalog.clock_timestamp() - min(run_at) FILTER (WHERE state = 'ready')), 0)
                    AS oldest
            FROM interlock_job WHERE queue = ? AND state <> 'done'
            """;

    /** What {@link #reading} counts. */
    static final List<String> STATES = List.of("ready", "later", "running", "parked", "dead");

    private final JdbcTemplate jdbc;
    private final String queue;

    JobTable(JdbcTemplate jdbc, String queue) {
        this.jdbc = jdbc;
        this.queue = queue;
    }

    /** A job without a unique key, by one statement. */
    Enqueued add(JdbcTemplate on, UUID id, Payloads.Stored payload, Terms terms) {
        on.update(ADD, values(id, payload, terms));
        return new Enqueued.Added(id);
    }

    /** A job with a unique key. */
    Enqueued insert(UUID id, Payloads.Stored payload, Terms terms) {
        byte[] key = terms.uniqueKey();
        for (int round = 0; round < ROUNDS; round++) {
            int rows = jdbc.update(INSERT, values(id, payload, terms));
            if (rows == 1) {
                return new Enqueued.Added(id);
            }
            UUID other = key == null || jdbc.update(EXPIRE, key) == 1 ? null : holder(key);
            if (other != null) {
                return new Enqueued.Duplicate(other);
            }
        }
        throw changedHands("enqueued; nothing was enqueued");
    }

    private @Nullable Object[] values(UUID id, Payloads.Stored payload, Terms terms) {
        return new @Nullable Object[] {
            id,
            queue,
            payload.kind(),
            payload.text(),
            terms.priority(),
            terms.uniqueKey(),
            terms.uniqueUntil(),
            terms.uniqueMillis(),
            terms.runningKey(),
            terms.delay().toMillis()
        };
    }

    private @Nullable UUID holder(byte[] key) {
        List<UUID> found = jdbc.queryForList(HOLDER, UUID.class, key);
        return found.isEmpty() ? null : found.get(0);
    }

    /** Jobs on plain terms, by one statement. */
    int insertAll(JdbcTemplate on, List<UUID> ids, List<Payloads.Stored> payloads) {
        return on.update(connection -> {
            var statement = connection.prepareStatement(INSERT_ALL);
            statement.setString(1, queue);
            statement.setArray(2, connection.createArrayOf("uuid", ids.toArray()));
            statement.setArray(
                    3,
                    connection.createArrayOf(
                            "text", payloads.stream().map(Payloads.Stored::kind).toArray()));
            statement.setArray(
                    4,
                    connection.createArrayOf(
                            "text", payloads.stream().map(Payloads.Stored::text).toArray()));
            return statement;
        });
    }

    List<DeadLetter> deadLetters(int most) {
        return jdbc.query(DEAD_LETTERS, (row, number) -> DeadLetter.of(row), queue, most);
    }

    Redriven redrive(UUID id) {
        for (int round = 0; round < ROUNDS; round++) {
            if (tookItsKey(id)) {
                return new Redriven.Again();
            }
            List<@Nullable UUID> inTheWay = jdbc.queryForList(IN_THE_WAY, UUID.class, queue, id);
            if (inTheWay.isEmpty()) {
                return new Redriven.Missing();
            }
            UUID other = inTheWay.get(0);
            if (other != null) {
                return new Redriven.Duplicate(other);
            }
        }
        throw changedHands("driven again; it is still a dead letter");
    }

    /** Under a savepoint, since another job of the key that is committed at the same time must not doom the caller's transaction. */
    private boolean tookItsKey(UUID id) {
        return Boolean.TRUE.equals(jdbc.execute((ConnectionCallback<Boolean>) connection -> {
            Savepoint before = connection.setSavepoint();
            try (PreparedStatement statement = connection.prepareStatement(REDRIVE)) {
                statement.setString(1, queue);
                statement.setObject(2, id);
                int rows = statement.executeUpdate();
                connection.releaseSavepoint(before);
                return rows == 1;
            } catch (SQLException failure) {
                if (!JobStore.UNIQUE_VIOLATION.equals(failure.getSQLState())) {
                    throw failure;
                }
                connection.rollback(before);
                return false;
            }
        }));
    }

    private IllegalStateException changedHands(String what) {
        return new IllegalStateException("The unique key of a job of queue '" + queue + "' changed hands " + ROUNDS
                + " times while it was " + what);
    }

    List<UUID> deadLettersAfter(UUID last, int most) {
        return jdbc.queryForList(
                "SELECT id FROM interlock_job WHERE queue = ? AND state = 'dead' AND id > ? ORDER BY id LIMIT ?",
                UUID.class,
                queue,
                last,
                most);
    }

    boolean discard(UUID id) {
        return jdbc.update("DELETE FROM interlock_job WHERE queue = ? AND state = 'dead' AND id = ?", queue, id) == 1;
    }

    QueueDepth depth() {
        DepthReading reading = reading();
        return new QueueDepth(
                reading.of("ready"),
                reading.of("later"),
                reading.of("running"),
                reading.of("parked"),
                reading.of("dead"));
    }

    DepthReading reading() {
        return Objects.requireNonNull(jdbc.queryForObject(DEPTH, (row, number) -> DepthReading.of(row, STATES), queue));
    }
}
