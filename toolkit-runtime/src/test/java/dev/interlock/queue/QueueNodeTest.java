package dev.interlock.queue;

import static dev.interlock.queue.QueueFixture.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import dev.interlock.annotation.Jitter;
import dev.interlock.guard.Clock;
import dev.interlock.testing.PostgresServer;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import javax.sql.DataSource;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;
import org.springframework.jdbc.core.simple.JdbcClient;

/** One process at work: how much at a time, and what it makes of connections that break. */
class QueueNodeTest {

    private final QueueFixture fixture = new QueueFixture(20);
    private Queues node = fixture.queues();
    private final AtomicInteger running = new AtomicInteger();
    private final AtomicInteger most = new AtomicInteger();

    record Task(int number) {}

    @AfterEach
    void close() {
        fixture.close();
    }

    @Test
    void neverMoreAtATimeThanAskedFor() {
        WorkQueue<Task> tasks = node.work("tasks", Task.class)
                .concurrency(3)
                .handler((task, job) -> {
                    most.accumulateAndGet(running.incrementAndGet(), Math::max);
                    Clock.SYSTEM.sleep(Duration.ofMillis(task.number % 4));
                    running.decrementAndGet();
                    fixture.effect(task.number, job.attempt());
                })
                .create();
        node.start();
        IntStream.range(0, 10)
                .forEach(round -> tasks.enqueueAll(IntStream.range(round * 30, round * 30 + 30)
                        .mapToObj(Task::new)
                        .toList()));
        eventually(() -> fixture.effects().size() == 300);
        assertThat(most).hasValue(3);
    }

    /** Each job ends only when all eight are at work, so four of them have to be begun by the other node. */
    @Test
    void slowJobsAreLeftToTheOtherNode() {
        CountDownLatch all = new CountDownLatch(8);
        Map<Integer, AtomicInteger> byNode = new ConcurrentHashMap<>();
        List<WorkQueue<Task>> tasks = IntStream.range(0, 2)
                .mapToObj(number -> {
                    Queues node = fixture.queues();
                    WorkQueue<Task> queue = node.work("tasks", Task.class)
                            .concurrency(4)
                            .handler((task, job) -> {
                                byNode.computeIfAbsent(number, n -> new AtomicInteger())
                                        .incrementAndGet();
                                all.countDown();
                                if (!all.await(20, TimeUnit.SECONDS)) {
                                    throw new IllegalStateException("the others were not begun");
                                }
                            })
                            .create();
                    node.start();
                    return queue;
                })
                .toList();
        tasks.get(0).enqueueAll(IntStream.range(0, 8).mapToObj(Task::new).toList());
        eventually(() -> tasks.get(0).depth().equals(new QueueDepth(0, 0, 0, 0, 0)));
        assertThat(byNode)
                .hasSize(2)
                .allSatisfy((node, jobs) -> assertThat(jobs).hasValue(4));
    }

    /** Two handlers have all connections but the node's own, for longer than the lease, and somebody waits to take over. */
    @Test
    void theLeaseStaysWhenHandlersHaveAllOtherConnections() {
        QueueSettings shortLease = QueueFixture.QUICK.withLease(Duration.ofSeconds(1));
        try (QueueFixture small = new QueueFixture(3)) {
            Queues node = small.queues(shortLease);
            WorkQueue<Task> tasks = node.work("tasks", Task.class)
                    .concurrency(2)
                    .handler((task, job) -> {
                        small.effect(task.number, job.attempt());
                        Clock.SYSTEM.sleep(Duration.ofMillis(1_800));
                    })
                    .create();
            Queues rival = fixture.queues(shortLease);
            rival.work("rival", Task.class).handler((task, job) -> {}).create();
            tasks.enqueueAll(List.of(new Task(1), new Task(2)));
            rival.start();
            node.start();
            eventually(() -> small.effects().size() == 2);
            assertThat(small.jdbc
                            .sql("SELECT note FROM queue_effect WHERE namespace = ?")
                            .param(small.namespace.value())
                            .query(String.class)
                            .list())
                    .containsOnly("1");
        }
    }

    @Test
    void brokenConnectionsLoseAndDoubleNothing() {
        WorkQueue<Task> tasks = node.work("tasks", Task.class)
                .maxAttempts(100)
                .backoff(Duration.ofMillis(10), 1, Duration.ofMillis(10), Jitter.NONE)
                .handler((task, job) -> {
                    fixture.effect(task.number, job.attempt());
                    Clock.SYSTEM.sleep(Duration.ofMillis(3));
                })
                .create();
        tasks.enqueueAll(IntStream.range(0, 400).mapToObj(Task::new).toList());
        node.start();
        int killed = 0;
        for (int goal = 50; goal <= 250; goal += 50) {
            int atLeast = goal;
            eventually(() -> effectsSeenFromOutside() >= atLeast);
            killed += kill();
        }
        assertThat(killed).isGreaterThan(5);
        eventually(() -> effectsSeenFromOutside() >= 400);
        eventually(() -> tasks.depth().equals(new QueueDepth(0, 0, 0, 0, 0)));
        assertThat(fixture.effects())
                .containsExactlyInAnyOrderElementsOf(
                        IntStream.range(0, 400).mapToObj(String::valueOf).toList());
    }

    private int effectsSeenFromOutside() {
        return outside("SELECT count(*) FROM queue_effect WHERE namespace = '" + fixture.namespace.value() + "'");
    }

    /** All connections that have something to do with queues, the node's own among them. */
    private int kill() {
        return outside(
                "SELECT count(*) FILTER (WHERE pg_terminate_backend(pid)) FROM pg_stat_activity"
                        + " WHERE pid <> pg_backend_pid() AND backend_type = 'client backend'"
                        + " AND (query ~ 'interlock_(job|queue_node)' OR query ~ 'queue_effect' OR query ~ '^(COMMIT|BEGIN|DISCARD)')");
    }

    private static int outside(String sql) {
        return JdbcClient.create(PostgresServer.direct())
                .sql(sql)
                .query(Integer.class)
                .single();
    }

    /** Above READ COMMITTED two claims of the same rows fail each other. */
    @Test
    void theIsolationOfThePoolIsNotThatOfTheNode() {
        ListAppender<ILoggingEvent> appender = new ListAppender<>();
        Logger logger = (Logger) LoggerFactory.getLogger(QueueNode.class);
        appender.start();
        logger.addAppender(appender);
        HikariConfig config = new HikariConfig();
        config.setDataSource(PostgresServer.direct());
        config.setMaximumPoolSize(15);
        config.setTransactionIsolation("TRANSACTION_REPEATABLE_READ");
        try (HikariDataSource strict = new HikariDataSource(config)) {
            List<WorkQueue<Task>> tasks = IntStream.range(0, 3)
                    .mapToObj(number -> {
                        Queues one = fixture.queues(strict, QueueFixture.QUICK);
                        WorkQueue<Task> queue = one.work("tasks", Task.class)
                                .handler((task, job) -> fixture.effect(strict, task.number, job.attempt()))
                                .create();
                        one.start();
                        return queue;
                    })
                    .toList();
            for (int round = 0; round < 10; round++) {
                tasks.get(round % 3)
                        .enqueueAll(IntStream.range(round * 50, round * 50 + 50)
                                .mapToObj(Task::new)
                                .toList());
            }
            eventually(() -> fixture.effects().size() == 500);
            assertThat(fixture.effects()).doesNotHaveDuplicates();
            fixture.closeQueues();
            assertThat(JdbcClient.create(strict)
                            .sql("SHOW transaction_isolation")
                            .query(String.class)
                            .single())
                    .isEqualTo("repeatable read");
        } finally {
            logger.detachAppender(appender);
        }
        assertThat(appender.list)
                .extracting(ILoggingEvent::getFormattedMessage)
                .noneMatch(message -> message.contains("cannot be worked"));
    }

    @Test
    void aClaimWhoseAnswerWasLostIsGivenBack() {
        AtomicInteger losses = new AtomicInteger(2);
        DataSource connections = HookedDataSource.after(fixture.pool, sql -> {
            if (sql.contains("first_of_key") && losses.getAndDecrement() > 0) {
                throw new SQLException("the answer was lost", "08006");
            }
        });
        WorkQueue<Task> tasks = recording(connections);
        tasks.enqueueAll(IntStream.range(0, 20).mapToObj(Task::new).toList());
        node.start();
        eventually(() -> tasks.depth().equals(new QueueDepth(0, 0, 0, 0, 0)));
        assertThat(losses.get()).isNegative();
        assertThat(fixture.effects()).hasSize(20).doesNotHaveDuplicates();
    }

    @Test
    void aJobWhoseEndCouldNotBeRecordedIsGivenBack() {
        AtomicBoolean down = new AtomicBoolean();
        AtomicInteger refused = new AtomicInteger();
        DataSource connections = HookedDataSource.before(fixture.pool, sql -> {
            if (down.get() && !HookedDataSource.isNodeThread() && sql.contains("interlock_job")) {
                refused.incrementAndGet();
                throw new SQLException("not now", "08006");
            }
        });
        WorkQueue<Task> tasks = recording(connections);
        UUID id = tasks.enqueue(new Task(1));
        down.set(true);
        node.start();
        eventually(() -> refused.get() >= 2);
        down.set(false);
        eventually(() -> fixture.state(id).equals("gone"));
        assertThat(fixture.effects()).containsExactly("1");
    }

    @Test
    void anErrorIsNotTheEndOfTheNode() {
        AtomicInteger errors = new AtomicInteger(2);
        DataSource connections = HookedDataSource.after(fixture.pool, sql -> {
            if (sql.contains("first_of_key") && errors.getAndDecrement() > 0) {
                throw new OutOfMemoryError("for the test");
            }
        });
        WorkQueue<Task> tasks = recording(connections);
        tasks.enqueue(new Task(1));
        node.start();
        eventually(() -> tasks.depth().equals(new QueueDepth(0, 0, 0, 0, 0)));
        assertThat(fixture.effects()).containsExactly("1");
    }

    private WorkQueue<Task> recording(DataSource connections) {
        node = fixture.queues(connections, QueueFixture.QUICK);
        return node.work("tasks", Task.class)
                .handler((task, job) -> fixture.effect(connections, task.number, job.attempt()))
                .create();
    }
}
