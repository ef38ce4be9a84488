package dev.interlock.fault;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.zaxxer.hikari.HikariDataSource;
import dev.interlock.queue.Enqueued;
import dev.interlock.queue.Job;
import dev.interlock.queue.NewJob;
import dev.interlock.queue.QueueDepth;
import dev.interlock.queue.Unique;
import dev.interlock.queue.WorkQueue;
import dev.interlock.queue.WorkQueueBuilder;
import dev.interlock.testing.PostgresServer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Jobs with unique keys are at work in a JVM when it is killed: what their keys keep out until then, and after it. */
class JobKeysAfterKillTest {

    private static final String DOOMED = "doomed";

    /** Long enough to be renewed in time on a busy machine. */
    private static final Duration LEASE = Duration.ofSeconds(3);

    private static final Duration EXPIRY = Duration.ofMinutes(5);

    private final String namespace = "keys-" + UUID.randomUUID();
    private final HikariDataSource pool = PostgresServer.pool(4);
    private final QueueSite site = new QueueSite(pool, namespace);
    private final List<WorkerProcess> workers = new ArrayList<>();
    private WorkQueue<Work> queue;

    @AfterEach
    void clear() {
        workers.forEach(WorkerProcess::killHard);
        workers.forEach(WorkerProcess::close);
        site.clear();
        pool.close();
    }

    /** @param alone whether no other such job may be at work at the same time */
    record Work(long number, boolean alone) {}

    /** In the worker that will be killed, handlers never end. */
    static final class Scene implements QueueScene {

        private final AtomicInteger alone = new AtomicInteger();
        private QueueWorker worker;

        static WorkQueueBuilder<Work> queue(QueueSite site) {
            return site.queues.work("keyed", Work.class).concurrency(16);
        }

        @Override
        public void open(QueueWorker here) {
            worker = here;
            queue(here.site).handler(this::handle).create();
        }

        private void handle(Work work, Job job) throws InterruptedException {
            worker.effect(work.number(), job);
            worker.link.tell("AT", work.number());
            if (worker.name().equals(DOOMED)) {
                TimeUnit.HOURS.sleep(1);
            }
            if (work.alone()) {
                if (alone.incrementAndGet() > 1) {
                    worker.link.tell("TOGETHER", work.number());
                }
                TimeUnit.MILLISECONDS.sleep(100);
                alone.decrementAndGet();
            }
        }
    }

    @Test
    void keysOutliveTheProcessOfTheirJobAndNoLonger() throws Exception {
        site.createTable();
        queue = Scene.queue(site).create();
        WorkerProcess doomed = start(DOOMED);
        WorkerProcess heir = start("heir");
        UUID executed = untilExecuted(10).id();
        UUID expired = untilExpired(20).id();
        unique(Unique.UNTIL_EXECUTING, 30);
        job(40, true).unique(Unique.WHILE_EXECUTING, "while").enqueue();
        job(41, true).unique(Unique.WHILE_EXECUTING, "while").enqueue();
        unique(Unique.UNTIL_AND_WHILE_EXECUTING, 50);
        doomed.await("READY", QueueUnrest.LIMIT);
        doomed.send("START");
        for (int begun = 0; begun < 5; begun++) {
            doomed.await("AT", QueueUnrest.LIMIT);
        }

        assertThat(untilExecuted(11)).isEqualTo(new Enqueued.Duplicate(executed));
        assertThat(untilExpired(21)).isEqualTo(new Enqueued.Duplicate(expired));
        assertThat(unique(Unique.UNTIL_EXECUTING, 31).isAdded()).isTrue();
        Enqueued waiting = unique(Unique.UNTIL_AND_WHILE_EXECUTING, 51);
        assertThat(waiting.isAdded()).isTrue();
        await().atMost(QueueUnrest.LIMIT).until(() -> queue.depth().parked() == 2);
        heir.await("READY", QueueUnrest.LIMIT);
        heir.send("START");
        TimeUnit.MILLISECONDS.sleep(LEASE.toMillis() + 200);
        assertThat(queue.depth())
                .as("while their process lives, keys hold however long it takes")
                .extracting(QueueDepth::running, QueueDepth::parked)
                .containsExactly(6L, 2L);
        assertThat(heir.has("AT")).as("anything done by the other process").isFalse();
        assertThat(untilExecuted(12)).isEqualTo(new Enqueued.Duplicate(executed));

        doomed.killHard();
        Enqueued next = untilExecuted(13);
        while (!next.isAdded()) {
            assertThat(next.id()).isEqualTo(executed);
            TimeUnit.MILLISECONDS.sleep(5);
            next = untilExecuted(13);
        }
        assertThat(site.effects("keyed", "number = 10 AND attempt = 2"))
                .as("the key was free before its job was done")
                .isEqualTo(1);
        await().atMost(QueueUnrest.LIMIT).until(() -> queue.depth().equals(new QueueDepth(0, 0, 0, 0, 0)));

        for (long number : new long[] {10, 13, 20, 30, 31, 40, 41, 50, 51}) {
            assertThat(site.effects("keyed", "number = " + number))
                    .as("effects of job " + number)
                    .isEqualTo(1);
        }
        assertThat(site.effects("keyed", "true")).isEqualTo(9);
        assertThat(heir.has("TOGETHER")).isFalse();
        assertThat(untilExpired(22)).as("done, and its time has not passed").isEqualTo(new Enqueued.Duplicate(expired));
        assertThat(unique(Unique.UNTIL_EXECUTING, 32).isAdded()).isTrue();
        assertThat(unique(Unique.UNTIL_AND_WHILE_EXECUTING, 52).isAdded()).isTrue();
        assertThat(waiting.id()).isNotEqualTo(executed);
    }

    private WorkerProcess start(String name) {
        Map<String, String> parameters =
                QueueWorker.parameters(PostgresServer.url(), PostgresServer.user(), namespace, Scene.class);
        parameters.put("lease", Long.toString(LEASE.toMillis()));
        WorkerProcess worker = WorkerProcess.start(name, QueueWorker.class, parameters);
        workers.add(worker);
        return worker;
    }

    private NewJob<Work> job(long number, boolean alone) {
        return queue.job(new Work(number, alone));
    }

    private Enqueued untilExecuted(long number) {
        return unique(Unique.UNTIL_EXECUTED, number);
    }

    private Enqueued untilExpired(long number) {
        return job(number, false).uniqueFor(EXPIRY, "expired").enqueue();
    }

    private Enqueued unique(Unique unique, long number) {
        return job(number, false).unique(unique, unique.name()).enqueue();
    }
}
