package dev.interlock.queue;

import static org.assertj.core.api.Assertions.assertThat;

import dev.interlock.testing.PostgresServer;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.datasource.SingleConnectionDataSource;

/**
 * What the statements of lanes read with 300,000 submissions waiting for 1,000 keys, counted by Postgres, in a database of its
 * own: as planned with statistics, and as planned, and kept, while the tables were empty.
 */
class LanePlanTest {

    private static final String QUEUE = "plans/votes";
    private static final int KEYS = 1_000;
    private static final int EACH = 300;
    private static final int FRONT = 20;

    private final String name = "lanes_" + UUID.randomUUID().toString().replace('-', '_');
    private final LaneStore store = new LaneStore();
    private final UUID node = UUID.randomUUID();
    private Connection connection;
    private JdbcTemplate jdbc;
    private LaneTable table;
    private LaneEnds ends;

    @BeforeEach
    void create() throws SQLException {
        server("CREATE DATABASE " + name);
        connection = DriverManager.getConnection(
                PostgresServer.url().replaceFirst("/postgres$", "/" + name), PostgresServer.user(), "");
        jdbc = new JdbcTemplate(new SingleConnectionDataSource(connection, true));
        jdbc.execute(PostgresServer.script("V4__queue.sql"));
        for (String lanes : List.of("interlock_lane", "interlock_lane_end", "interlock_submission")) {
            jdbc.execute("ALTER TABLE " + lanes + " SET UNLOGGED, SET (autovacuum_enabled = false)");
        }
        table = new LaneTable(jdbc, QUEUE);
        ends = new LaneEnds(jdbc, Duration.ofDays(1));
    }

    @AfterEach
    void drop() throws SQLException {
        connection.close();
        server("DROP DATABASE " + name + " WITH (FORCE)");
    }

    private static void server(String sql) {
        new JdbcTemplate(PostgresServer.direct()).execute(sql);
    }

    private interface Step {
        void run() throws SQLException;
    }

    /** Rows that a step read one by one in a whole table, and by an index. */
    private record Reads(long scanned, long byIndex) {}

    private Reads reads(Step step) throws SQLException {
        connection.setAutoCommit(false);
        try {
            Reads before = reads();
            step.run();
            Reads after = reads();
            return new Reads(after.scanned - before.scanned, after.byIndex - before.byIndex);
        } finally {
            connection.commit();
            connection.setAutoCommit(true);
        }
    }

    private Reads reads() {
        return jdbc.queryForObject(
                "SELECT sum(seq_tup_read), sum(idx_tup_fetch) FROM pg_stat_xact_user_tables WHERE relname LIKE 'interlock_%'",
                (row, number) -> new Reads(row.getLong(1), row.getLong(2)));
    }

    /** Everything that is done for one submission, and what a node does all the time. */
    private Map<String, Reads> turn() throws SQLException {
        Map<String, Reads> reads = new LinkedHashMap<>();
        UUID lane = UUID.randomUUID();
        UUID id = TimeOrderedIds.next();
        reads.put("submit", reads(() -> table.append(lane, List.of(id), List.of(new Payloads.Stored("Vote", "{}")))));
        reads.put("status", reads(() -> assertThat(table.status(id)).isPresent()));
        LaneStore.Claimed[] claimed = new LaneStore.Claimed[1];
        reads.put(
                "claim",
                reads(() -> claimed[0] =
                        store.claim(connection, node, QUEUE, 1, FRONT).lanes().get(0)));
        LaneStore.Claimed first = claimed[0];
        assertThat(first.items()).isNotEmpty();
        LaneStore.Item item = first.items().get(0);
        reads.put(
                "advance",
                reads(() -> assertThat(ends.advance(first.claim(), first.doneSeq(), item, LaneEnds.End.DONE, null, 1))
                        .isTrue()));
        reads.put("release", reads(() -> ends.release(first.claim(), item.seq())));
        reads.put("standing", reads(() -> store.standing(connection, node)));
        reads.put("sweep", reads(() -> store.sweep(connection)));
        reads.put("pulse", reads(() -> store.pulse(connection, List.of(QUEUE))));
        reads.put("tend", reads(() -> store.tend(connection)));
        reads.put("blocked", reads(() -> table.blocked(10)));
        reads.put("dead letters", reads(() -> table.deadLetters(10)));
        return reads;
    }

    private void fill() {
        jdbc.update(
                "INSERT INTO interlock_lane (id, queue, state, run_at) SELECT md5(n::text)::uuid, ?, 'ready',"
                        + " now() - interval '1 day' FROM generate_series(1, ?) n",
                QUEUE,
                KEYS);
        jdbc.update(
                "INSERT INTO interlock_lane_end (lane, queue, last_seq) SELECT md5(n::text)::uuid, ?, ?"
                        + " FROM generate_series(1, ?) n",
                QUEUE,
                EACH,
                KEYS);
        jdbc.update(
                "INSERT INTO interlock_submission (id, lane, seq, queue, kind, payload, state, created_at)"
                        + " SELECT gen_random_uuid(), md5(k::text)::uuid, s, ?, 'Vote', '{\"n\":1}', 'waiting', now()"
                        + " FROM generate_series(1, ?) s, generate_series(1, ?) k",
                QUEUE,
                EACH,
                KEYS);
    }

    @Test
    void nothingReadsMoreThanItTakesHoweverMuchWaits() throws SQLException {
        turns();
        jdbc.execute("TRUNCATE interlock_lane, interlock_lane_end, interlock_submission");
        jdbc.execute("VACUUM ANALYZE interlock_lane, interlock_lane_end, interlock_submission");
        turns();
        fill();
        assertThat(turn())
                .as("control arm: plans for empty tables")
                .anySatisfy((step, reads) -> assertThat(reads.scanned()).isGreaterThan(KEYS * EACH));
        store.tend(connection);
        assertThat(turn())
                .as("after the upkeep; small tables may be read as a whole")
                .allSatisfy((step, reads) -> readsAtMost(3 * KEYS, step, reads));

        jdbc.execute("ANALYZE");
        turns();
        assertThat(turn()).as("with plans that are kept").allSatisfy((step, reads) -> readsAtMost(100, step, reads));
        long lookedAt = analyzed();
        store.tend(connection);
        assertThat(analyzed()).as("statistics that are fit are left alone").isEqualTo(lookedAt);
    }

    /** Until the driver and the server have a plan that they keep. */
    private void turns() throws SQLException {
        for (int i = 0; i < 15; i++) {
            turn();
        }
    }

    private long analyzed() {
        jdbc.execute("SELECT pg_stat_force_next_flush()");
        return jdbc.queryForObject(
                "SELECT sum(analyze_count) FROM pg_stat_user_tables WHERE relname LIKE 'interlock_%'", Long.class);
    }

    private static void readsAtMost(long most, String step, Reads reads) {
        assertThat(reads.scanned() + reads.byIndex()).as(step).isLessThanOrEqualTo(most);
    }
}
