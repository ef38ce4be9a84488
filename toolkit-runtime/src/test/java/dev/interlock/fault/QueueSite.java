package dev.interlock.fault;

import dev.interlock.guard.TransactionEvents;
import dev.interlock.key.KeyNamespace;
import dev.interlock.queue.JacksonPayloads;
import dev.interlock.queue.QueueSettings;
import dev.interlock.queue.Queues;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import javax.sql.DataSource;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.datasource.DataSourceTransactionManager;
import org.springframework.transaction.TransactionDefinition;
import org.springframework.transaction.support.TransactionTemplate;
import tools.jackson.databind.json.JsonMapper;

/**
 * The queues of one namespace as one JVM has them, test or worker, and the table in which handlers write down what they did.
 *
 * <p>The table has no constraint, so that whatever is done twice is seen twice.
 */
final class QueueSite {

    static final Duration LEASE = Duration.ofSeconds(1);

    final JdbcClient jdbc;
    final TransactionTemplate transaction;

    /** What is written in one of these stays, whatever becomes of the transaction around it. */
    final TransactionTemplate apart;

    final Queues queues;
    final String namespace;

    QueueSite(DataSource dataSource, String namespace) {
        this(dataSource, namespace, LEASE);
    }

    QueueSite(DataSource dataSource, String namespace, Duration lease) {
        this.namespace = namespace;
        DataSourceTransactionManager manager = new DataSourceTransactionManager(dataSource);
        manager.addListener(new TransactionEvents());
        jdbc = JdbcClient.create(dataSource);
        transaction = new TransactionTemplate(manager);
        apart = new TransactionTemplate(manager);
        apart.setPropagationBehavior(TransactionDefinition.PROPAGATION_REQUIRES_NEW);
        queues = new Queues(
                dataSource,
                manager,
                new KeyNamespace(namespace),
                new JacksonPayloads(new JsonMapper()),
                QueueSettings.DEFAULTS
                        .withLease(lease)
                        .withPollInterval(Duration.ofMillis(20))
                        .withDrainTimeout(Duration.ofSeconds(20)));
    }

    void createTable() {
        jdbc.sql(
                        "CREATE TABLE IF NOT EXISTS fault_queue_effect (id bigserial, namespace text NOT NULL,"
                                + " queue text NOT NULL, job uuid NOT NULL, number bigint NOT NULL, attempt int NOT NULL, worker text NOT NULL)")
                .update();
    }

    /** Takes away everything of this namespace. */
    void clear() {
        jdbc.sql("DELETE FROM fault_queue_effect WHERE namespace = ?")
                .param(namespace)
                .update();
        for (String table : List.of("interlock_job", "interlock_submission", "interlock_lane", "interlock_lane_end")) {
            jdbc.sql("DELETE FROM " + table + " WHERE queue LIKE ?")
                    .param(namespace + "/%")
                    .update();
        }
    }

    void effect(String queue, UUID job, long number, int attempt, String worker) {
        jdbc.sql("INSERT INTO fault_queue_effect (namespace, queue, job, number, attempt, worker)"
                        + " VALUES (?, ?, ?, ?, ?, ?)")
                .params(namespace, queue, job, number, attempt, worker)
                .update();
    }

    /** How many effects there are of a queue that meet a condition on the table's columns. */
    long effects(String queue, String condition) {
        return count("count(*)", queue, condition);
    }

    /** How many different jobs of a queue have had an effect. */
    long done(String queue) {
        return count("count(DISTINCT number)", queue, "true");
    }

    /** The numbers written down for a queue, in the order of writing. */
    List<Long> numbers(String queue, String condition) {
        return jdbc.sql("SELECT number FROM fault_queue_effect WHERE namespace = ? AND queue = ? AND " + condition
                        + " ORDER BY id")
                .params(namespace, queue)
                .query(Long.class)
                .list();
    }

    private long count(String what, String queue, String condition) {
        return jdbc.sql("SELECT " + what + " FROM fault_queue_effect WHERE namespace = ? AND queue = ? AND "
                        + condition)
                .params(namespace, queue)
                .query(Long.class)
                .single();
    }
}
