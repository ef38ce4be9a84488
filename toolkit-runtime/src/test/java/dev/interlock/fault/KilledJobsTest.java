package dev.interlock.fault;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.zaxxer.hikari.HikariDataSource;
import dev.interlock.fault.QueueUnrest.Pause;
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
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/**
 * Four JVMs do jobs, and half of the jobs are enqueued by handlers, while JVMs are killed with {@code kill -9} and stopped past
 * their lease. The profile {@code faults} has more of everything.
 */
class KilledJobsTest {

    private static final int JOBS = Integer.getInteger("interlock.faults.jobs", 10_000);
    private static final int KILLS = Integer.getInteger("interlock.faults.job-kills", 6);
    private static final int PAUSES = Integer.getInteger("interlock.faults.job-pauses", 4);
    private static final int WORKERS = 4;

    /** Of a hundred jobs, as many take some tens of milliseconds. */
    private static final int SLOW_PERCENT = 8;

    private final String namespace = "jobs-" + UUID.randomUUID();
    private final HikariDataSource pool = PostgresServer.pool(6);
    private final QueueSite site = new QueueSite(pool, namespace);
    private final Scene jobs = new Scene();
    private final AtomicInteger late = new AtomicInteger();

    @AfterEach
    void clear() {
        site.clear();
        pool.close();
    }

    /** @param again whether its handler enqueues the job of the opposite number */
    record Work(long number, boolean again) {}

    /** Jobs that are quick, jobs that take a while, and as the control those whose effect is not part of their end. */
    static final class Scene implements QueueScene {

        WorkQueue<Work> quick;
        WorkQueue<Work> slow;
        WorkQueue<Work> apart;
        private QueueWorker worker;

        /** For those that only enqueue. */
        void open(QueueSite site) {
            quick = queue(site, "quick").create();
            slow = queue(site, "slow").create();
            apart = queue(site, "apart").create();
        }

        @Override
        public void open(QueueWorker here) {
            worker = here;
            quick = queue(here.site, "quick").batch(50).handler(this::quick).create();
            slow = queue(here.site, "slow").handler(this::slow).create();
            apart = queue(here.site, "apart").handler(this::apart).create();
        }

        private static WorkQueueBuilder<Work> queue(QueueSite site, String name) {
            return site.queues.work(name, Work.class).concurrency(4).maxAttempts(100);
        }

        private void quick(Work work, Job job) {
            worker.effect(work.number(), job);
            followUp(quick, work);
        }

        private void slow(Work work, Job job) throws InterruptedException {
            worker.effect(work.number(), job);
            followUp(slow, work);
            linger(work);
            worker.pass("slow", job.id());
        }

        private void apart(Work work, Job job) throws InterruptedException {
            worker.site.apart.executeWithoutResult(status -> worker.effect(work.number(), job));
            followUp(apart, work);
            linger(work);
            worker.pass("apart", job.id());
        }

        private static void followUp(WorkQueue<Work> queue, Work work) {
            if (work.again()) {
                queue.enqueue(new Work(-work.number(), false));
            }
        }

        private static void linger(Work work) throws InterruptedException {
            TimeUnit.MILLISECONDS.sleep(10 + Math.abs(work.number()) % 40);
        }
    }

    /** Enqueues jobs with numbers from 1 on, and knows how many. */
    private static final class Feed {

        private final WorkQueue<Work> queue;
        private final AtomicInteger last = new AtomicInteger();

        Feed(WorkQueue<Work> queue) {
            this.queue = queue;
        }

        /** So many, of which half are enqueued by the handlers of the others. */
        void add(int jobs) {
            int from = last.getAndAdd(jobs / 2);
            queue.enqueueAll(IntStream.rangeClosed(from + 1, from + jobs / 2)
                    .mapToObj(number -> new Work(number, true))
                    .toList());
        }

        int expected() {
            return last.get() * 2;
        }
    }

    @Test
    void everyJobHasItsEffectOnceThroughKillsAndPauses() throws Exception {
        long seed = Long.getLong("interlock.faults.seed", System.nanoTime());
        site.createTable();
        jobs.open(site);
        Feed quick = new Feed(jobs.quick);
        Feed slow = new Feed(jobs.slow);
        Feed apart = new Feed(jobs.apart);
        int share = JOBS / (KILLS + PAUSES);
        Runnable more = () -> {
            quick.add(share * (100 - SLOW_PERCENT) / 100);
            slow.add(share * SLOW_PERCENT / 100);
            apart.add(share * SLOW_PERCENT / 200);
        };

        try (QueueUnrest unrest = new QueueUnrest(this::launch, seed)) {
            unrest.prepare(WORKERS);
            unrest.begin();
            unrest.disturb(KILLS, pauses(unrest, slow, apart), more);
            quick.add(Math.max(0, JOBS - quick.expected() - slow.expected()));
            for (WorkQueue<Work> queue : List.of(jobs.quick, jobs.slow, jobs.apart)) {
                await().atMost(QueueUnrest.LIMIT).until(() -> isEmpty(queue.depth()));
            }
            unrest.stop();
            System.out.println("jobs (seed " + seed + "): " + (quick.expected() + slow.expected()) + " through " + KILLS
                    + " kills and " + PAUSES + " pauses; effects in a later attempt: " + again("quick") + " and "
                    + again("slow") + "; late ends refused: " + late + "; control: " + site.effects("apart", "true")
                    + " effects of " + apart.expected() + " jobs");

            assertThat(quick.expected() + slow.expected()).isGreaterThanOrEqualTo(JOBS);
            assertOnce("quick", quick.expected());
            assertOnce("slow", slow.expected());
            assertThat(again("slow")).isPositive();
            assertThat(late).as("late ends refused").hasValue((PAUSES + 1) / 2);
            assertThat(site.done("apart")).isEqualTo(apart.expected());
            assertThat(site.effects("apart", "true"))
                    .as("effects that are not part of the end")
                    .isGreaterThan(apart.expected());
        }
    }

    private WorkerProcess launch(int number) {
        return WorkerProcess.start(
                "worker-" + number,
                QueueWorker.class,
                QueueWorker.parameters(PostgresServer.url(), PostgresServer.user(), namespace, Scene.class));
    }

    private List<Pause> pauses(QueueUnrest unrest, Feed slow, Feed apart) {
        List<Pause> pauses = new ArrayList<>();
        for (int i = 0; i < PAUSES; i++) {
            pauses.add(i % 2 == 0 ? worker -> pauseAtWork(worker, slow, apart) : unrest::pauseAnywhere);
        }
        return pauses;
    }

    /** A pause in the midst of a job of either kind, until somebody else has done them; the end that comes too late is refused. */
    private void pauseAtWork(WorkerProcess worker, Feed slow, Feed apart) throws InterruptedException {
        UUID first = QueueUnrest.awaitAtWork(worker, "slow", () -> slow.add(4));
        UUID second = QueueUnrest.awaitAtWork(worker, "apart", () -> apart.add(4));
        worker.pause();
        await().atMost(QueueUnrest.LIMIT).until(() -> isGone(first) && isGone(second));
        worker.send("GO");
        worker.send("GO");
        worker.resume();
        QueueUnrest.awaitLate(worker, first);
        late.incrementAndGet();
    }

    /** Jobs that are done leave no row. */
    private boolean isGone(UUID job) {
        return site.jdbc
                        .sql("SELECT count(*) FROM interlock_job WHERE id = ?")
                        .param(job)
                        .query(Integer.class)
                        .single()
                == 0;
    }

    private static boolean isEmpty(QueueDepth depth) {
        assertThat(depth.dead()).as("dead letters").isZero();
        return depth.equals(new QueueDepth(0, 0, 0, 0, 0));
    }

    private long again(String queue) {
        return site.effects(queue, "attempt > 1");
    }

    private void assertOnce(String queue, int expected) {
        assertThat(site.done(queue)).as("different jobs of " + queue + " done").isEqualTo(expected);
        assertThat(site.effects(queue, "true")).as("effects of " + queue).isEqualTo(expected);
    }
}
