package dev.interlock.queue;

import static org.awaitility.Awaitility.await;

import com.zaxxer.hikari.HikariDataSource;
import dev.interlock.guard.TransactionEvents;
import dev.interlock.key.KeyNamespace;
import dev.interlock.testing.PostgresServer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.Callable;
import javax.sql.DataSource;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.datasource.DataSourceTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;
import tools.jackson.databind.json.JsonMapper;

/** Queues of a namespace of their own on the shared server, with as many nodes as asked for; closed with everything they started. */
final class QueueFixture implements AutoCloseable {

    static final QueueSettings QUICK = QueueSettings.DEFAULTS
            .withLease(Duration.ofSeconds(2))
            .withPollInterval(Duration.ofMillis(20))
            .withDrainTimeout(Duration.ofSeconds(10));

    final HikariDataSource pool;
    final DataSourceTransactionManager manager;
    final TransactionTemplate transactions;
    final JdbcClient jdbc;
    final KeyNamespace namespace = new KeyNamespace("test-" + UUID.randomUUID());
    private final List<Queues> opened = new ArrayList<>();

    QueueFixture(int poolSize) {
        pool = PostgresServer.pool(poolSize);
        manager = new DataSourceTransactionManager(pool);
        manager.addListener(new TransactionEvents());
        transactions = new TransactionTemplate(manager);
        jdbc = JdbcClient.create(pool);
        jdbc.sql(
                        "CREATE TABLE IF NOT EXISTS queue_effect (namespace text NOT NULL, job text NOT NULL, note text NOT NULL)")
                .update();
    }

    /** The queues of one node, to be started. */
    Queues queues() {
        return queues(QUICK);
    }

    Queues queues(QueueSettings settings) {
        return queues(pool, settings);
    }

    /** Of a node that has its connections from elsewhere. */
    Queues queues(DataSource dataSource, QueueSettings settings) {
        DataSourceTransactionManager own = dataSource == pool ? manager : new DataSourceTransactionManager(dataSource);
        return queues(new Queues(dataSource, own, namespace, new JacksonPayloads(new JsonMapper()), settings));
    }

    /** To be closed with everything else. */
    Queues queues(Queues queues) {
        opened.add(queues);
        return queues;
    }

    /** Waits for something that takes no longer than a moment, however slow the machine is. */
    static void eventually(Callable<Boolean> condition) {
        await().atMost(Duration.ofSeconds(30))
                .pollInterval(Duration.ofMillis(10))
                .until(condition);
    }

    /** The state of a job; "gone" if it has no row. */
    String state(UUID job) {
        return jdbc.sql("SELECT state FROM interlock_job WHERE id = ?")
                .param(job)
                .query(String.class)
                .optional()
                .orElse("gone");
    }

    int attempts(UUID job) {
        return jdbc.sql("SELECT attempts FROM interlock_job WHERE id = ?")
                .param(job)
                .query(Integer.class)
                .single();
    }

    /** Changes the row of a job behind the back of everybody. */
    void alter(UUID job, String assignments, Object... values) {
        List<Object> all = new ArrayList<>(List.of(values));
        all.add(job);
        jdbc.sql("UPDATE interlock_job SET " + assignments + " WHERE id = ?")
                .params(all)
                .update();
    }

    /** Writes down, in the transaction at hand, that something was done. */
    void effect(Object job, Object note) {
        effect(pool, job, note);
    }

    /** In the transaction of a node that has its connections from elsewhere. */
    void effect(DataSource dataSource, Object job, Object note) {
        JdbcClient.create(dataSource)
                .sql("INSERT INTO queue_effect VALUES (?, ?, ?)")
                .params(namespace.value(), String.valueOf(job), String.valueOf(note))
                .update();
    }

    /** What was written down, in the order of writing as far as one can tell. */
    List<String> effects() {
        return jdbc.sql("SELECT job FROM queue_effect WHERE namespace = ?")
                .param(namespace.value())
                .query(String.class)
                .list();
    }

    void closeQueues() {
        opened.forEach(Queues::close);
    }

    @Override
    public void close() {
        closeQueues();
        for (String table : List.of("interlock_job", "interlock_submission", "interlock_lane", "interlock_lane_end")) {
            jdbc.sql("DELETE FROM " + table + " WHERE queue LIKE ?")
                    .param(namespace.value() + "/%")
                    .update();
        }
        jdbc.sql("DELETE FROM queue_effect WHERE namespace = ?")
                .param(namespace.value())
                .update();
        pool.close();
    }
}
