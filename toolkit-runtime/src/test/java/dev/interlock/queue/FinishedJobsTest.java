package dev.interlock.queue;

import static dev.interlock.queue.QueueFixture.eventually;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import dev.interlock.key.KeyNamespace;
import dev.interlock.testing.PostgresServer;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.postgresql.ds.PGSimpleDataSource;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.datasource.DataSourceTransactionManager;
import org.springframework.jdbc.datasource.SingleConnectionDataSource;
import tools.jackson.databind.json.JsonMapper;

/** Queues with a past, each in a database of its own that nobody analyses or vacuums but the test. */
class FinishedJobsTest {

    private static final Pattern BUFFERS = Pattern.compile("Buffers: shared hit=(\\d+)(?: read=(\\d+))?");
    private static final KeyNamespace NAMESPACE = new KeyNamespace("finished");
    private static final String QUEUE = NAMESPACE.value() + "/tasks";

    private final String name = "test_" + UUID.randomUUID().toString().replace('-', '_');
    private final HikariDataSource pool = pool();
    private final JdbcClient jdbc = JdbcClient.create(pool);
    private final AtomicInteger done = new AtomicInteger();

    record Task(int number) {}

    FinishedJobsTest() {
        jdbc.sql(PostgresServer.script("V4__queue.sql")).update();
        jdbc.sql("ALTER TABLE interlock_job SET (autovacuum_enabled = false)").update();
        // quicker to fill, and planned as any other
        jdbc.sql("ALTER TABLE interlock_job SET UNLOGGED").update();
    }

    private HikariDataSource pool() {
        JdbcClient.create(PostgresServer.direct())
                .sql("CREATE DATABASE " + name)
                .update();
        PGSimpleDataSource source = new PGSimpleDataSource();
        source.setUrl(PostgresServer.url().replaceFirst("/postgres$", "/" + name));
        source.setUser(PostgresServer.user());
        HikariConfig config = new HikariConfig();
        config.setDataSource(source);
        config.setMaximumPoolSize(8);
        return new HikariDataSource(config);
    }

    @AfterEach
    void close() {
        pool.close();
        JdbcClient.create(PostgresServer.direct())
                .sql("DROP DATABASE " + name + " WITH (FORCE)")
                .update();
    }

    /** Whatever statistics there are: none, those of an empty table, or true ones. */
    @Test
    void aMillionFinishedJobsDoNotSlowClaimsDown() throws SQLException {
        fill("ready", 9_000_001, 9_000_100, "NULL");
        long alone = buffersOfAClaim();
        jdbc.sql("TRUNCATE interlock_job").update();
        jdbc.sql("ANALYZE interlock_job").update();

        fill("done", 1, 1_000_000, "now() + interval '1 day'");
        fill("ready", 9_000_001, 9_000_100, "NULL");
        assertThat(buffersOfAClaim()).isLessThan(2 * alone);
        fill("later", 2_000_001, 2_100_000, "NULL");
        fill("dead", 3_000_001, 3_100_000, "NULL");
        assertThat(buffersOfAClaim()).isLessThan(2 * alone);
        jdbc.sql("ANALYZE interlock_job").update();
        assertThat(buffersOfAClaim()).isLessThan(2 * alone);
    }

    /** Of the real statement with the plan that serves for any queue, in a transaction that is rolled back. */
    private long buffersOfAClaim() throws SQLException {
        String text = JobStore.claimText(16).replaceFirst("\\?", "\\$1").replaceFirst("\\?", "\\$2");
        try (Connection connection = pool.getConnection()) {
            JdbcClient one = JdbcClient.create(new SingleConnectionDataSource(connection, true));
            one.sql("SET plan_cache_mode = force_generic_plan").update();
            one.sql("PREPARE claim (text, uuid) AS " + text).update();
            one.sql("BEGIN").update();
            List<String> plan = one.sql("EXPLAIN (ANALYZE, BUFFERS, TIMING OFF, SUMMARY OFF) EXECUTE claim ('" + QUEUE
                            + "', '" + UUID.randomUUID() + "')")
                    .query(String.class)
                    .list();
            one.sql("ROLLBACK").update();
            one.sql("DEALLOCATE claim").update();
            one.sql("RESET plan_cache_mode").update();
            String whole = String.join("\n", plan);
            assertThat(whole).contains("interlock_job_ready", "rows=16");
            Matcher buffers = BUFFERS.matcher(whole);
            assertThat(buffers.find()).isTrue();
            return Long.parseLong(buffers.group(1)) + (buffers.group(2) == null ? 0 : Long.parseLong(buffers.group(2)));
        }
    }

    /** The server keeps the plans of statements that were prepared when the table was empty. */
    @Test
    void aNodeThatBeganWithAnEmptyQueueDoesNotReadTheWholeTableLater() {
        jdbc.sql("ANALYZE interlock_job").update();
        try (Queues node = queues()) {
            WorkQueue<Task> tasks = tasks(node, Duration.ZERO);
            node.start();
            for (int i = 0; i < 40; i++) {
                work(tasks, 1);
            }
            jdbc.sql("VACUUM ANALYZE interlock_job").update();
            for (int i = 0; i < 40; i++) {
                work(tasks, 1);
            }
            fill("done", 1, 100_000, "now() + interval '1 day'");
            eventually(() -> rowsReadWhile(() -> work(tasks, 50)) < 100_000);
        }
    }

    private long rowsReadWhile(Runnable work) {
        long before = rowsRead();
        work.run();
        return rowsRead() - before;
    }

    /** By scans of the whole table, as far as the server's processes have told; each does so within a second while it is busy. */
    private long rowsRead() {
        await().pollDelay(Duration.ofMillis(1_200)).until(() -> true);
        return jdbc.sql("SELECT seq_tup_read FROM pg_stat_user_tables WHERE relname = 'interlock_job'")
                .query(Long.class)
                .single();
    }

    @Test
    void whatIsDoneGoesAfterItsTimeInBatches() throws SQLException {
        fill("done", 1, 2_500, "now() - interval '1 second'");
        fill("done", 3_001, 3_010, "now() + interval '1 day'");
        try (Connection connection = pool.getConnection()) {
            JobStore store = new JobStore();
            assertThat(store.tend(connection)).isTrue();
            assertThat(rows()).isEqualTo(1_510);
        }
        try (Queues node = queues()) {
            WorkQueue<Task> tasks = tasks(node, Duration.ofMillis(100));
            node.start();
            work(tasks, 500);
            eventually(() -> rows() == 10);
        }
    }

    @Test
    void theTableDoesNotGrowByJobsThatComeAndGo() {
        try (Queues node = queues()) {
            WorkQueue<Task> tasks = tasks(node, Duration.ZERO);
            node.start();
            work(tasks, 500);
            jdbc.sql("VACUUM interlock_job").update();
            work(tasks, 500);
            long size = size();
            for (int i = 0; i < 4; i++) {
                jdbc.sql("VACUUM interlock_job").update();
                work(tasks, 500);
            }
            eventually(() -> rows() == 0);
            assertThat(size()).isLessThanOrEqualTo(size * 3 / 2);
        }
    }

    private long size() {
        return jdbc.sql("SELECT pg_total_relation_size('interlock_job')")
                .query(Long.class)
                .single();
    }

    private int rows() {
        return jdbc.sql("SELECT count(*) FROM interlock_job")
                .query(Integer.class)
                .single();
    }

    private Queues queues() {
        return new Queues(
                pool,
                new DataSourceTransactionManager(pool),
                NAMESPACE,
                new JacksonPayloads(new JsonMapper()),
                QueueFixture.QUICK);
    }

    private WorkQueue<Task> tasks(Queues node, Duration retention) {
        return node.work("tasks", Task.class)
                .retention(retention)
                .handler((task, job) -> done.incrementAndGet())
                .create();
    }

    private void work(WorkQueue<Task> tasks, int jobs) {
        int goal = done.get() + jobs;
        tasks.enqueueAll(IntStream.range(0, jobs).mapToObj(Task::new).toList());
        eventually(() -> done.get() >= goal);
    }

    private void fill(String state, int first, int last, String purgeAt) {
        jdbc.sql("INSERT INTO interlock_job (id, queue, kind, payload, state, run_at, created_at, purge_at)"
                        + " SELECT ('01900000-0000-7000-8000-' || lpad(to_hex(n), 12, '0'))::uuid, '" + QUEUE
                        + "', 'Task', '{\"number\":1}', '" + state + "', now() + interval '1 day', now(), " + purgeAt
                        + " FROM generate_series(" + first + ", " + last + ") n")
                .update();
    }
}
