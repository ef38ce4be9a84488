package dev.interlock.queue;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.core.RowCallbackHandler;

/** Counts what is in the queues of a database, by a statement for all of a kind; each is given up after a few seconds. */
final class QueueInspection {

    private static final int PATIENCE_SECONDS = 3;

    private static final String WORK = """
            SELECT queue, count(*) FILTER (WHERE state = 'ready') AS ready, count(*) FILTER (WHERE state = 'later') AS later,
                count(*) FILTER (WHERE state = 'running') AS running, count(*) FILTER (WHERE state = 'parked') AS parked,
                count(*) FILTER (WHERE state = 'dead') AS dead,
                1000 * extract(epoch FROM pg_catalog.clock_timestamp() - min(run_at) FILTER (WHERE state = 'ready')) AS oldest
            FROM interlock_job WHERE queue = ANY (?) AND state <> 'done' GROUP BY queue
            """;

    private static final String SEQUENCED = """
            SELECT l.queue, sum(e.last_seq - l.done_seq) AS waiting, count(*) AS keys,
                count(*) FILTER (WHERE l.state = 'running') AS running,
                count(*) FILTER (WHERE l.state = 'blocked') AS blocked,
                1000 * extract(epoch FROM pg_catalog.clock_timestamp() - min(s.created_at)) AS oldest
            FROM interlock_lane l JOIN interlock_lane_end e ON e.lane = l.id
                LEFT JOIN interlock_submission s ON s.lane = l.id AND s.seq = l.done_seq + 1
            WHERE l.queue = ANY (?) AND l.state <> 'idle' AND e.last_seq > l.done_seq GROUP BY l.queue
            """;

    private static final String DEAD = """
            SELECT queue, count(*) AS dead FROM interlock_submission WHERE queue = ANY (?) AND state = 'dead' GROUP BY queue
            """;

    private static final String NODES = """
            SELECT id, 1000 * extract(epoch FROM lease_until - pg_catalog.clock_timestamp()) AS lease
            FROM interlock_queue_node WHERE lease_until > pg_catalog.clock_timestamp() ORDER BY id LIMIT 100
            """;

    private final JdbcTemplate jdbc;

    QueueInspection(DataSource dataSource) {
        this.jdbc = new JdbcTemplate(dataSource);
        jdbc.setQueryTimeout(PATIENCE_SECONDS);
    }

    /** One that is made here. */
    record Known(String name, String qualified, boolean handled) {}

    /** @param here the node of this process, if it is at work */
    QueueReport report(List<Known> work, List<Known> sequenced, @Nullable UUID here) {
        return new QueueReport(
                work(work),
                sequenced(sequenced),
                jdbc.query(
                        NODES,
                        (row, number) -> new QueueReport.Node(
                                row.getObject("id", UUID.class),
                                row.getObject("id", UUID.class).equals(here),
                                Duration.ofMillis(Math.max(0, row.getLong("lease"))))));
    }

    private List<QueueReport.Work> work(List<Known> queues) {
        Map<String, QueueDepth> depths = new HashMap<>();
        Map<String, Duration> oldest = new HashMap<>();
        query(WORK, queues, row -> {
            String queue = row.getString("queue");
            depths.put(
                    queue,
                    new QueueDepth(
                            row.getLong("ready"),
                            row.getLong("later"),
                            row.getLong("running"),
                            row.getLong("parked"),
                            row.getLong("dead")));
            putAge(oldest, queue, row);
        });
        QueueDepth empty = new QueueDepth(0, 0, 0, 0, 0);
        return queues.stream()
                .map(queue -> new QueueReport.Work(
                        queue.name(),
                        queue.handled(),
                        depths.getOrDefault(queue.qualified(), empty),
                        oldest.get(queue.qualified())))
                .toList();
    }

    private List<QueueReport.Sequenced> sequenced(List<Known> queues) {
        Map<String, Long> dead = new HashMap<>();
        query(DEAD, queues, row -> dead.put(row.getString("queue"), row.getLong("dead")));
        Map<String, SequencedDepth> depths = new HashMap<>();
        Map<String, Duration> oldest = new HashMap<>();
        query(SEQUENCED, queues, row -> {
            String queue = row.getString("queue");
            depths.put(
                    queue,
                    new SequencedDepth(
                            row.getLong("waiting"),
                            row.getLong("keys"),
                            row.getLong("running"),
                            row.getLong("blocked"),
                            dead.getOrDefault(queue, 0L)));
            putAge(oldest, queue, row);
        });
        return queues.stream()
                .map(queue -> new QueueReport.Sequenced(
                        queue.name(),
                        queue.handled(),
                        depths.getOrDefault(
                                queue.qualified(),
                                new SequencedDepth(0, 0, 0, 0, dead.getOrDefault(queue.qualified(), 0L))),
                        oldest.get(queue.qualified())))
                .toList();
    }

    private void query(String sql, Collection<Known> queues, RowCallbackHandler each) {
        if (!queues.isEmpty()) {
            Object[] names = queues.stream().map(Known::qualified).toArray();
            jdbc.query(
                    sql,
                    statement -> statement.setArray(1, statement.getConnection().createArrayOf("text", names)),
                    each);
        }
    }

    private static void putAge(Map<String, Duration> ages, String queue, ResultSet row) throws SQLException {
        double millis = row.getDouble("oldest");
        if (!row.wasNull()) {
            ages.put(queue, Duration.ofMillis(Math.max(0, Math.round(millis))));
        }
    }
}
