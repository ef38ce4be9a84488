package dev.interlock.fault;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.zaxxer.hikari.HikariDataSource;
import dev.interlock.annotation.Jitter;
import dev.interlock.queue.BlockedKey;
import dev.interlock.queue.Job;
import dev.interlock.queue.OnHeadFailure;
import dev.interlock.queue.SequencedDepth;
import dev.interlock.queue.SequencedQueue;
import dev.interlock.queue.SequencedQueueBuilder;
import dev.interlock.queue.Submission;
import dev.interlock.queue.SubmissionState;
import dev.interlock.queue.SubmissionStatus;
import dev.interlock.testing.PostgresServer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The head of a key fails at every attempt, whichever of three JVMs makes it; another one ends the JVM that deals with it. */
class SequencedHeadsTest {

    private static final int ATTEMPTS = 2;
    private static final int WORKERS = ATTEMPTS + 1;
    private static final int EXIT = 9;
    private static final long POISON = 3;
    private static final long LAST = 10;
    private static final long BESIDE = 100;
    private static final long DEADLY = 202;

    private final String namespace = "heads-" + UUID.randomUUID();
    private final HikariDataSource pool = PostgresServer.pool(4);
    private final QueueSite site = new QueueSite(pool, namespace);
    private final List<WorkerProcess> workers = new ArrayList<>();
    private final Map<OnHeadFailure, SequencedQueue<Step>> queues = new EnumMap<>(OnHeadFailure.class);

    @BeforeEach
    void open() {
        site.createTable();
        for (OnHeadFailure policy : OnHeadFailure.values()) {
            queues.put(policy, Scene.queue(site, policy).create());
        }
        for (int i = 1; i <= WORKERS; i++) {
            workers.add(WorkerProcess.start(
                    "worker-" + i,
                    QueueWorker.class,
                    QueueWorker.parameters(PostgresServer.url(), PostgresServer.user(), namespace, Scene.class)));
        }
    }

    @AfterEach
    void clear() {
        workers.forEach(WorkerProcess::killHard);
        workers.forEach(WorkerProcess::close);
        site.clear();
        pool.close();
    }

    record Step(long number) {}

    /** A queue for each policy. */
    static final class Scene implements QueueScene {

        private QueueWorker worker;

        static SequencedQueueBuilder<Step> queue(QueueSite site, OnHeadFailure policy) {
            return site.queues
                    .sequenced(policy.name(), Step.class)
                    .maxAttempts(ATTEMPTS)
                    .backoff(Duration.ofMillis(30), 1, Duration.ofMillis(30), Jitter.NONE)
                    .onHeadFailure(policy);
        }

        @Override
        public void open(QueueWorker here) {
            worker = here;
            for (OnHeadFailure policy : OnHeadFailure.values()) {
                queue(here.site, policy).handler(this::handle).create();
            }
        }

        private void handle(Step step, Job job) {
            worker.effect(step.number(), job);
            if (step.number() == POISON && worker.site.effects("healed", "true") == 0) {
                throw new IllegalStateException("the third step is broken");
            }
            if (step.number() == DEADLY) {
                worker.link.tell("DYING", job.attempt());
                Runtime.getRuntime().halt(EXIT);
            }
        }
    }

    @Test
    void headsThatFailAreDealtWithByTheirPolicyOnWhateverNode() {
        failAtEveryAttempt();
        killAtEveryAttempt();
    }

    private void failAtEveryAttempt() {
        Map<OnHeadFailure, Submission> heads = new EnumMap<>(OnHeadFailure.class);
        Map<OnHeadFailure, Submission> followers = new EnumMap<>(OnHeadFailure.class);
        queues.forEach((policy, queue) -> {
            List<Submission> broken = submit(queue, "broken", 1, LAST);
            submit(queue, "beside", BESIDE + 1, BESIDE + LAST);
            heads.put(policy, broken.get(2));
            followers.put(policy, broken.get(3));
        });
        startWorkers();

        queues.forEach((policy, queue) -> await().atMost(QueueUnrest.LIMIT)
                .untilAsserted(() -> assertThat(queue.depth()).isEqualTo(expected(policy))));
        for (OnHeadFailure policy : OnHeadFailure.values()) {
            assertThat(site.numbers(policy.name(), "number > " + BESIDE)).isEqualTo(range(BESIDE + 1, BESIDE + LAST));
        }
        SequencedQueue<Step> blocking = queues.get(OnHeadFailure.BLOCK);
        assertThat(steps(OnHeadFailure.BLOCK)).containsExactly(1L, 2L);
        assertThat(blocking.blocked(10))
                .singleElement()
                .satisfies(key -> assertBlocked(key, heads.get(OnHeadFailure.BLOCK)));
        assertState(OnHeadFailure.BLOCK, heads, SubmissionState.BLOCKED);
        assertThat(status(blocking, followers.get(OnHeadFailure.BLOCK)).ahead()).isEqualTo(1);
        assertThat(steps(OnHeadFailure.SKIP)).containsExactly(1L, 2L, 4L, 5L, 6L, 7L, 8L, 9L, 10L);
        assertState(OnHeadFailure.SKIP, heads, SubmissionState.SKIPPED);
        SequencedQueue<Step> burying = queues.get(OnHeadFailure.DEAD_LETTER);
        assertThat(steps(OnHeadFailure.DEAD_LETTER)).containsExactly(1L, 2L, 4L, 5L, 6L, 7L, 8L, 9L, 10L);
        assertState(OnHeadFailure.DEAD_LETTER, heads, SubmissionState.DEAD);
        UUID dead = heads.get(OnHeadFailure.DEAD_LETTER).id();
        assertThat(burying.deadLetters(10)).singleElement().satisfies(letter -> {
            assertThat(letter.id()).isEqualTo(dead);
            assertThat(letter.attempts()).isEqualTo(ATTEMPTS);
            assertThat(letter.reason()).contains("the third step is broken");
        });

        site.effect("healed", UUID.randomUUID(), 0, 1, "test");
        assertThat(blocking.retryBlocked(heads.get(OnHeadFailure.BLOCK).id())).isTrue();
        assertThat(burying.redrive(dead)).isTrue();
        queues.forEach((policy, queue) -> await().atMost(QueueUnrest.LIMIT)
                .untilAsserted(() -> assertThat(queue.depth()).isEqualTo(new SequencedDepth(0, 0, 0, 0, 0))));
        assertThat(steps(OnHeadFailure.BLOCK)).isEqualTo(range(1, LAST));
        assertThat(steps(OnHeadFailure.DEAD_LETTER)).containsExactly(1L, 2L, 4L, 5L, 6L, 7L, 8L, 9L, 10L, 3L);
    }

    private void killAtEveryAttempt() {
        SequencedQueue<Step> blocking = queues.get(OnHeadFailure.BLOCK);
        Submission deadly = submit(blocking, "deadly", DEADLY - 1, DEADLY + 1).get(1);
        for (int death = 1; death <= ATTEMPTS; death++) {
            awaitDeath();
            submit(blocking, "beside", 300 + death * 10L, 300 + death * 10L + 5);
        }

        await().atMost(QueueUnrest.LIMIT)
                .untilAsserted(() -> assertThat(blocking.depth()).isEqualTo(new SequencedDepth(2, 1, 0, 1, 0)));
        assertThat(blocking.blocked(10)).singleElement().satisfies(key -> {
            assertThat(key.submission()).isEqualTo(deadly.id());
            assertThat(key.attempts()).isEqualTo(ATTEMPTS);
            assertThat(key.waiting()).isEqualTo(1);
            assertThat(key.reason()).contains("its worker died", ATTEMPTS + " attempts");
        });
        assertThat(site.numbers(blocking.name(), "number > 300"))
                .isEqualTo(LongStream.concat(LongStream.rangeClosed(310, 315), LongStream.rangeClosed(320, 325))
                        .boxed()
                        .toList());
        assertThat(workers).as("the last process lives on").hasSize(1);

        assertThat(blocking.skipBlocked(deadly.id())).isTrue();
        await().atMost(QueueUnrest.LIMIT)
                .untilAsserted(() -> assertThat(blocking.depth()).isEqualTo(new SequencedDepth(0, 0, 0, 0, 0)));
        assertThat(site.numbers(blocking.name(), "number BETWEEN 200 AND 300")).containsExactly(201L, 203L);
    }

    private void startWorkers() {
        workers.forEach(worker -> worker.await("READY", QueueUnrest.LIMIT));
        workers.forEach(worker -> worker.send("START"));
    }

    private void awaitDeath() {
        await().atMost(QueueUnrest.LIMIT).until(() -> workers.stream().anyMatch(worker -> worker.has("DYING")));
        WorkerProcess dead = workers.stream()
                .filter(worker -> worker.has("DYING"))
                .findFirst()
                .orElseThrow();
        assertThat(dead.awaitExit(QueueUnrest.LIMIT)).isEqualTo(EXIT);
        dead.close();
        workers.remove(dead);
    }

    private static List<Submission> submit(SequencedQueue<Step> queue, String key, long from, long to) {
        return queue.submitAll(
                LongStream.rangeClosed(from, to).mapToObj(Step::new).toList(), key);
    }

    private static SequencedDepth expected(OnHeadFailure policy) {
        return switch (policy) {
            case BLOCK -> new SequencedDepth(LAST - POISON + 1, 1, 0, 1, 0);
            case SKIP -> new SequencedDepth(0, 0, 0, 0, 0);
            case DEAD_LETTER -> new SequencedDepth(0, 0, 0, 0, 1);
        };
    }

    private static void assertBlocked(BlockedKey key, Submission head) {
        assertThat(key.submission()).isEqualTo(head.id());
        assertThat(key.attempts()).isEqualTo(ATTEMPTS);
        assertThat(key.waiting()).isEqualTo(LAST - POISON);
        assertThat(key.reason()).contains("the third step is broken");
    }

    private void assertState(OnHeadFailure policy, Map<OnHeadFailure, Submission> heads, SubmissionState state) {
        SubmissionStatus status = status(queues.get(policy), heads.get(policy));
        assertThat(status.state()).isEqualTo(state);
        assertThat(status.sequence()).isEqualTo(POISON);
        assertThat(status.reason()).contains("the third step is broken");
    }

    private static SubmissionStatus status(SequencedQueue<Step> queue, Submission submission) {
        return queue.status(submission.id()).orElseThrow();
    }

    private List<Long> steps(OnHeadFailure policy) {
        return site.numbers(policy.name(), "number <= " + LAST);
    }

    private static List<Long> range(long from, long to) {
        return LongStream.rangeClosed(from, to).boxed().toList();
    }
}
