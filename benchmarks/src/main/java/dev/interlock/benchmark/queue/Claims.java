package dev.interlock.benchmark.queue;

import dev.interlock.benchmark.contest.Contender;
import dev.interlock.benchmark.contest.Histogram;
import dev.interlock.benchmark.contest.Sample;
import dev.interlock.queue.JobClaims;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

/**
 * Claims jobs until none is left, and again with new ones; only the statements are timed, each with its commit. On one
 * connection, as a node has it.
 */
final class Claims implements Contender {

    static final int JOBS = 20_000;

    private static final String QUEUE = WorkQueueEngine.qualified("notes");

    private static final String FILL = """
            INSERT INTO interlock_job (id, queue, kind, payload, state, run_at, created_at)
            SELECT (lpad(to_hex(i), 12, '0') || '7000' || '8000' || lpad(to_hex(i), 12, '0'))::uuid, '%s', 'Note',
                '{"id":' || i || ',"text":"leave the parcel with the neighbours at number ' || i || '"}', 'ready',
                clock_timestamp(), clock_timestamp()
            FROM generate_series(1, ?) i
            """.formatted(QUEUE);

    private static final String WRONG = """
            SELECT count(*) FILTER (WHERE NOT (state = 'running' AND node = ? AND claim = 1 AND attempts = 1))
                + abs(count(*) - ?) FROM interlock_job
            """;

    /** One way to claim. */
    interface Way {

        /** @return how many were claimed, 0 if none was left */
        int claim(Connection connection, UUID node) throws SQLException;
    }

    private final Ground ground;
    private final int jobs;
    private final Way way;
    private final UUID node = UUID.randomUUID();

    private Claims(Ground ground, int jobs, Way way) {
        this.ground = ground;
        this.jobs = jobs;
        this.way = way;
    }

    /** @param jobs how many there are at a time */
    static Claims open(String url, int jobs, Way way) {
        WorkQueueEngine.prepare(url);
        return new Claims(Ground.open(url, 2), jobs, way);
    }

    static Way byNode(int most) {
        JobClaims claims = new JobClaims();
        return (connection, node) -> claims.claim(connection, node, QUEUE, most);
    }

    /** What a claim is at least. */
    static Way byHand(int most) {
        String sql = """
                UPDATE interlock_job SET state = 'running', node = ?, claim = claim + 1, attempts = attempts + 1
                WHERE id = ANY (ARRAY(
                    SELECT id FROM interlock_job WHERE queue = ? AND state = 'ready'
                    ORDER BY priority DESC, id LIMIT %d FOR UPDATE SKIP LOCKED))
                RETURNING id, claim, attempts, kind, payload
                """.formatted(most);
        return (connection, node) -> {
            List<Note> notes = new ArrayList<>(most);
            try (PreparedStatement statement = connection.prepareStatement(sql)) {
                statement.setObject(1, node);
                statement.setString(2, QUEUE);
                try (ResultSet row = statement.executeQuery()) {
                    while (row.next()) {
                        row.getObject(1, UUID.class);
                        notes.add(new Note(row.getLong(2) + row.getInt(3), row.getString(4) + row.getString(5)));
                    }
                }
            }
            return notes.size();
        };
    }

    @Override
    public Sample round(Duration length) throws SQLException {
        Histogram statements = new Histogram();
        long claimed = 0;
        long nanos = 0;
        long wrong = 0;
        try (Connection connection = ground.pool().getConnection()) {
            while (nanos < length.toNanos()) {
                fill();
                long last;
                do {
                    long begin = System.nanoTime();
                    last = way.claim(connection, node);
                    long one = System.nanoTime() - begin;
                    nanos += one;
                    statements.record(one);
                    claimed += last;
                } while (last > 0);
                wrong += wrong();
            }
        }
        return new Sample(new long[] {claimed}, nanos, statements, new Histogram(), wrong);
    }

    private void fill() {
        ground.jdbc().sql("TRUNCATE interlock_job").update();
        ground.jdbc().sql(FILL).param(jobs).update();
        ground.vacuum("interlock_job");
        ground.analyze("interlock_job");
    }

    private long wrong() {
        return ground.jdbc().sql(WRONG).params(node, jobs).query(Long.class).single();
    }

    @Override
    public void close() {
        ground.close();
    }
}
