package dev.interlock.queue;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.JdbcTemplate;

/** The lanes of one queue, as producers and operators see them; everything in the transaction at hand. */
final class LaneTable {

    /** Locks the end of the lane until the transaction has ended. */
    private static final String DRAW = """
            INSERT INTO interlock_lane_end AS e (lane, queue, last_seq) VALUES (?, ?, ?)
            ON CONFLICT (lane) DO UPDATE SET last_seq = e.last_seq + EXCLUDED.last_seq, purge_at = NULL
            RETURNING last_seq
            """;

    /** A statement of its own, whose snapshot is from after the lock: whoever made the lane idle is seen. */
    private static final String WAKE = """
            WITH made AS (
                INSERT INTO interlock_lane (id, queue, state, run_at) SELECT ?, ?, 'ready', pg_catalog.clock_timestamp()
                WHERE ? ON CONFLICT (id) DO NOTHING)
            UPDATE interlock_lane SET state = 'ready', run_at = pg_catalog.clock_timestamp() WHERE id = ? AND state = 'idle'
            """;

    private static final String INSERT = """
            INSERT INTO interlock_submission (id, lane, seq, queue, kind, payload, state, created_at)
            SELECT s.id, ?, ? + s.place, ?, s.kind, s.payload, 'waiting', pg_catalog.clock_timestamp()
            FROM unnest(?::uuid[], ?::text[], ?::text[]) WITH ORDINALITY AS s (id, kind, payload, place)
            """;

    private static final String STATUS = """
            SELECT s.id, s.state, s.seq, s.created_at, s.ended_at,
                s.state = 'waiting' AND l.state = 'blocked' AND s.seq = l.done_seq + 1 AS blocked,
                CASE WHEN s.state <> 'waiting' THEN 0 ELSE greatest(0, s.seq - l.done_seq - 1) END AS ahead,
                CASE WHEN s.state = 'waiting' AND s.seq = l.done_seq + 1 THEN l.reason ELSE s.reason END AS reason
            FROM interlock_submission s JOIN interlock_lane l ON l.id = s.lane
            WHERE s.id = ? AND s.queue = ?
            """;

    private static final String BLOCKED = """
            SELECT s.id, e.last_seq - s.seq AS behind, l.attempts, l.reason
            FROM interlock_lane l JOIN interlock_submission s ON s.lane = l.id AND s.seq = l.done_seq + 1
                JOIN interlock_lane_end e ON e.lane = l.id
            WHERE l.queue = ? AND l.state = 'blocked' ORDER BY l.id LIMIT ?
            """;

    private static final String RETRY = """
            UPDATE interlock_lane l SET state = 'ready', attempts = 0, run_at = pg_catalog.clock_timestamp()
            FROM interlock_submission s
            WHERE s.id = ? AND s.queue = ? AND l.id = s.lane AND l.state = 'blocked' AND s.seq = l.done_seq + 1
            """;

    private static final String SKIP = """
            WITH head AS MATERIALIZED (
                SELECT s.id, s.seq, s.lane, l.reason, l.attempts
                FROM interlock_submission s JOIN interlock_lane l ON l.id = s.lane
                WHERE s.id = ? AND s.queue = ? AND l.state = 'blocked' AND s.seq = l.done_seq + 1 FOR UPDATE OF l),
            moved AS (
                UPDATE interlock_lane l SET state = 'ready', attempts = 0, reason = NULL, done_seq = head.seq,
                    run_at = pg_catalog.clock_timestamp()
                FROM head WHERE l.id = head.lane)
            UPDATE interlock_submission s SET state = 'skipped', reason = head.reason, attempts = head.attempts, payload = '',
                ended_at = pg_catalog.clock_timestamp(),
                purge_at = pg_catalog.clock_timestamp() + ? * interval '1 millisecond'
            FROM head WHERE s.id = head.id
            """;

    private static final String DEAD_LETTERS = """
            SELECT id, kind, payload, attempts, reason, created_at FROM interlock_submission
            WHERE queue = ? AND state = 'dead' ORDER BY id LIMIT ?
            """;

    private static final String REDRIVE = """
            UPDATE interlock_submission SET state = 'waiting', seq = ?, attempts = 0, reason = NULL, ended_at = NULL
            WHERE id = ? AND queue = ? AND state = 'dead'
            """;

    private static final String DEPTH = """
            SELECT coalesce(sum(e.last_seq - l.done_seq), 0) AS waiting, count(*) AS keys,
                count(*) FILTER (WHERE l.state = 'running') AS running,
                count(*) FILTER (WHERE l.state = 'blocked') AS blocked,
                (SELECT count(*) FROM interlock_submission s WHERE s.queue = ? AND s.state = 'dead') AS dead,
                coalesce(extract(epoch FROM pg_catalog.clock_timestamp() - (
                    SELECT min(s.created_at) FROM interlock_lane f
                        JOIN interlock_submission s ON s.lane = f.id AND s.seq = f.done_seq + 1
                    WHERE f.queue = ? AND f.state = 'ready')), 0) AS oldest
            FROM interlock_lane l JOIN interlock_lane_end e ON e.lane = l.id
            WHERE l.queue = ? AND l.state <> 'idle' AND e.last_seq > l.done_seq
            """;

    /** What {@link #reading} counts. */
    static final List<String> STATES = List.of("waiting", "keys", "running", "blocked", "dead");

    private final JdbcTemplate jdbc;
    private final String queue;

    LaneTable(JdbcTemplate jdbc, String queue) {
        this.jdbc = jdbc;
        this.queue = queue;
    }

    /**
     * Puts them at the end of the lane.
     *
     * @return the number of the first; the others follow it
     */
    long append(UUID lane, List<UUID> ids, List<Payloads.Stored> payloads) {
        long first = draw(lane, ids.size());
        jdbc.update(connection -> {
            var statement = connection.prepareStatement(INSERT);
            statement.setObject(1, lane);
            statement.setLong(2, first - 1);
            statement.setString(3, queue);
            statement.setArray(4, connection.createArrayOf("uuid", ids.toArray()));
            statement.setArray(
                    5,
                    connection.createArrayOf(
                            "text", payloads.stream().map(Payloads.Stored::kind).toArray()));
            statement.setArray(
                    6,
                    connection.createArrayOf(
                            "text", payloads.stream().map(Payloads.Stored::text).toArray()));
            return statement;
        });
        wake(lane, first);
        return first;
    }

    private long draw(UUID lane, int count) {
        return Objects.requireNonNull(jdbc.queryForObject(DRAW, Long.class, lane, queue, (long) count)) - count + 1;
    }

    private void wake(UUID lane, long first) {
        jdbc.update(WAKE, lane, queue, first == 1, lane);
    }

    Optional<SubmissionStatus> status(UUID id) {
        return jdbc.query(STATUS, (row, number) -> status(row), id, queue).stream()
                .findFirst();
    }

    private static SubmissionStatus status(ResultSet row) throws SQLException {
        Timestamp ended = row.getTimestamp("ended_at");
        return new SubmissionStatus(
                row.getObject("id", UUID.class),
                row.getBoolean("blocked") ? SubmissionState.BLOCKED : state(row.getString("state")),
                row.getLong("seq"),
                row.getLong("ahead"),
                row.getString("reason"),
                row.getTimestamp("created_at").toInstant(),
                ended == null ? null : ended.toInstant());
    }

    private static SubmissionState state(String text) {
        return SubmissionState.valueOf(text.toUpperCase(Locale.ROOT));
    }

    List<BlockedKey> blocked(int most) {
        return jdbc.query(
                BLOCKED,
                (row, number) -> new BlockedKey(
                        row.getObject("id", UUID.class),
                        row.getLong("behind"),
                        row.getInt("attempts"),
                        String.valueOf(row.getString("reason"))),
                queue,
                most);
    }

    boolean retry(UUID submission) {
        return jdbc.update(RETRY, submission, queue) == 1;
    }

    boolean skip(UUID submission, long retentionMillis) {
        return jdbc.update(SKIP, submission, queue, retentionMillis) == 1;
    }

    List<DeadLetter> deadLetters(int most) {
        return jdbc.query(DEAD_LETTERS, (row, number) -> DeadLetter.of(row), queue, most);
    }

    /** At the end of its lane, under the lock that orders it among those that come now. */
    boolean redrive(UUID id) {
        UUID lane = laneOfDead(id);
        if (lane == null) {
            return false;
        }
        long seq = draw(lane, 1);
        jdbc.update(REDRIVE, seq, id, queue);
        wake(lane, seq);
        return true;
    }

    /** Locks it, so that of several who drive it again one does. */
    private @Nullable UUID laneOfDead(UUID id) {
        List<UUID> found = jdbc.queryForList(
                "SELECT lane FROM interlock_submission WHERE id = ? AND queue = ? AND state = 'dead' FOR UPDATE",
                UUID.class,
                id,
                queue);
        return found.isEmpty() ? null : found.get(0);
    }

    boolean discard(UUID id) {
        return jdbc.update("DELETE FROM interlock_submission WHERE queue = ? AND state = 'dead' AND id = ?", queue, id)
                == 1;
    }

    SequencedDepth depth() {
        DepthReading reading = reading();
        return new SequencedDepth(
                reading.of("waiting"),
                reading.of("keys"),
                reading.of("running"),
                reading.of("blocked"),
                reading.of("dead"));
    }

    DepthReading reading() {
        return Objects.requireNonNull(
                jdbc.queryForObject(DEPTH, (row, number) -> DepthReading.of(row, STATES), queue, queue, queue));
    }
}
