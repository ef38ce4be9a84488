package dev.interlock.fault;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.zaxxer.hikari.HikariDataSource;
import dev.interlock.queue.DeadLetter;
import dev.interlock.queue.Job;
import dev.interlock.queue.QueueDepth;
import dev.interlock.queue.WorkQueue;
import dev.interlock.queue.WorkQueueBuilder;
import dev.interlock.testing.PostgresServer;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** One job ends the JVM that does it, again and again, with others at work in it. */
class DeadlyJobTest {

    private static final int ATTEMPTS = 3;
    private static final int EXIT = 9;
    private static final int INNOCENT = 200;
    private static final int PORTION = INNOCENT / 4;

    private final String namespace = "deadly-" + UUID.randomUUID();
    private final HikariDataSource pool = PostgresServer.pool(4);
    private final QueueSite site = new QueueSite(pool, namespace);
    private final List<WorkerProcess> workers = new ArrayList<>();

    @AfterEach
    void clear() {
        workers.forEach(WorkerProcess::killHard);
        workers.forEach(WorkerProcess::close);
        site.clear();
        pool.close();
    }

    /** @param deadly whether it ends its JVM */
    record Work(long number, boolean deadly) {}

    /** One queue for all. */
    static final class Scene implements QueueScene {

        private final AtomicInteger atWork = new AtomicInteger();
        private QueueWorker worker;

        static WorkQueueBuilder<Work> queue(QueueSite site) {
            return site.queues
                    .work("mixed", Work.class)
                    .concurrency(4)
                    .batch(50)
                    .maxAttempts(ATTEMPTS);
        }

        @Override
        public void open(QueueWorker here) {
            worker = here;
            queue(here.site).handler(this::handle).create();
        }

        private void handle(Work work, Job job) throws InterruptedException {
            if (work.deadly()) {
                worker.link.tell("HERE", job.attempt());
                awaitCompany();
                Runtime.getRuntime().halt(EXIT);
            }
            atWork.incrementAndGet();
            try {
                worker.effect(work.number(), job);
                TimeUnit.MILLISECONDS.sleep(25);
            } finally {
                atWork.decrementAndGet();
            }
        }

        private void awaitCompany() throws InterruptedException {
            for (int i = 0; i < 2_000 && atWork.get() == 0; i++) {
                TimeUnit.MILLISECONDS.sleep(5);
            }
        }
    }

    @Test
    void aJobThatKillsItsProcessIsADeadLetterAndThoseBesideItAreNot() {
        site.createTable();
        WorkQueue<Work> queue = Scene.queue(site).create();
        for (int i = 0; i <= ATTEMPTS; i++) {
            workers.add(WorkerProcess.start(
                    "worker-" + i,
                    QueueWorker.class,
                    QueueWorker.parameters(PostgresServer.url(), PostgresServer.user(), namespace, Scene.class)));
        }
        workers.forEach(worker -> worker.await("READY", QueueUnrest.LIMIT));
        enqueueInnocent(queue, 0);
        UUID deadly = queue.enqueue(new Work(-1, true));
        workers.forEach(worker -> worker.send("START"));

        for (int death = 1; death <= ATTEMPTS; death++) {
            WorkerProcess doomed = awaitDeadly();
            enqueueInnocent(queue, death);
            assertThat(doomed.awaitExit(QueueUnrest.LIMIT)).isEqualTo(EXIT);
            doomed.close();
            workers.remove(doomed);
        }
        await().atMost(QueueUnrest.LIMIT).until(() -> queue.depth().equals(new QueueDepth(0, 0, 0, 0, 1)));

        assertThat(queue.deadLetters(10)).singleElement().satisfies(letter -> assertDead(letter, deadly));
        assertThat(site.done("mixed")).isEqualTo(INNOCENT);
        assertThat(site.effects("mixed", "true")).isEqualTo(INNOCENT);
        assertThat(site.effects("mixed", "attempt > 1"))
                .as("jobs that were at work beside it")
                .isPositive();
        assertThat(workers).as("the last process lives on").hasSize(1);
    }

    private static void enqueueInnocent(WorkQueue<Work> queue, int portion) {
        queue.enqueueAll(LongStream.range((long) portion * PORTION, (portion + 1L) * PORTION)
                .mapToObj(number -> new Work(number, false))
                .toList());
    }

    private WorkerProcess awaitDeadly() {
        await().atMost(QueueUnrest.LIMIT).until(() -> workers.stream().anyMatch(worker -> worker.has("HERE")));
        return workers.stream().filter(worker -> worker.has("HERE")).findFirst().orElseThrow();
    }

    private static void assertDead(DeadLetter letter, UUID deadly) {
        assertThat(letter.id()).isEqualTo(deadly);
        assertThat(letter.attempts()).isEqualTo(ATTEMPTS);
        assertThat(letter.reason()).contains("its worker died", ATTEMPTS + " attempts");
        assertThat(letter.payload()).contains("true");
    }
}
