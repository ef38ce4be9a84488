package dev.interlock.queue;

import static dev.interlock.queue.QueueFixture.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import dev.interlock.guard.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Jobs of one key on several nodes, of which one runs at a time. */
class WhileExecutingTest {

    private static final int KEYS = 3;
    private static final int JOBS = 200;

    private final QueueFixture fixture = new QueueFixture(24);
    private final AtomicInteger[] running =
            IntStream.range(0, KEYS).mapToObj(key -> new AtomicInteger()).toArray(AtomicInteger[]::new);
    private final AtomicInteger most = new AtomicInteger();
    private final List<Integer> began = Collections.synchronizedList(new ArrayList<>());

    record Sync(int key, int number) {}

    @AfterEach
    void close() {
        fixture.close();
    }

    @Test
    void neverTwoAtOnceOverThreeNodesAndNothingStaysParked() {
        workOnThreeNodes(true);
        assertThat(most).hasValue(1);
    }

    @Test
    void controlArmWithoutItRunsSeveralAtOnce() {
        workOnThreeNodes(false);
        assertThat(most).hasValueGreaterThan(1);
    }

    private void workOnThreeNodes(boolean unique) {
        List<Queues> nodes = List.of(fixture.queues(), fixture.queues(), fixture.queues());
        List<WorkQueue<Sync>> syncs = nodes.stream().map(this::syncs).toList();
        IntStream.range(0, JOBS).forEach(n -> {
            NewJob<Sync> job = syncs.get(n % nodes.size()).job(new Sync(n % KEYS, n));
            (unique ? job.unique(Unique.WHILE_EXECUTING, "account", n % KEYS) : job).enqueue();
            if (n == JOBS / 2) {
                nodes.forEach(Queues::start);
            }
        });
        eventually(() -> syncs.get(0).depth().equals(new QueueDepth(0, 0, 0, 0, 0)));
        assertThat(fixture.effects())
                .containsExactlyInAnyOrderElementsOf(
                        IntStream.range(0, JOBS).mapToObj(String::valueOf).toList());
    }

    private WorkQueue<Sync> syncs(Queues node) {
        return node.work("syncs", Sync.class)
                .concurrency(4)
                .handler((sync, job) -> {
                    began.add(sync.number);
                    most.accumulateAndGet(running[sync.key].incrementAndGet(), Math::max);
                    Clock.SYSTEM.sleep(Duration.ofMillis(2));
                    running[sync.key].decrementAndGet();
                    fixture.effect(sync.number, job.attempt());
                })
                .create();
    }

    @Test
    void ofThoseThatWaitTheOneOfHighestPriorityRunsFirst() {
        Queues node = fixture.queues();
        WorkQueue<Sync> syncs = syncs(node);
        for (int number : List.of(0, 1, 2)) {
            syncs.job(new Sync(0, number))
                    .unique(Unique.WHILE_EXECUTING, "account")
                    .priority(number)
                    .enqueue();
        }
        node.start();
        eventually(() -> fixture.effects().size() == 3);
        assertThat(began).containsExactly(2, 1, 0);
    }

    /** Polls are too far apart to find it within the time that is waited for. */
    @Test
    void theNextOfAKeyBeginsWhenTheOneBeforeHasEnded() {
        Queues node = fixture.queues(QueueFixture.QUICK.withPollInterval(Duration.ofMinutes(1)));
        WorkQueue<Sync> syncs = syncs(node);
        for (int number = 0; number < 5; number++) {
            syncs.job(new Sync(0, number))
                    .unique(Unique.WHILE_EXECUTING, "account")
                    .enqueue();
        }
        node.start();
        eventually(() -> fixture.effects().size() == 5);
        assertThat(began).containsExactly(0, 1, 2, 3, 4);
    }

    /** As it is left when a job is parked behind one that ends at the same moment, and finds nobody to wake. */
    @Test
    void aParkedJobThatNobodyWillWakeIsFound() {
        Queues node = fixture.queues();
        WorkQueue<Sync> syncs = syncs(node);
        UUID first = syncs.job(new Sync(0, 1))
                .unique(Unique.WHILE_EXECUTING, "account")
                .enqueue()
                .id();
        UUID second = syncs.job(new Sync(0, 2))
                .unique(Unique.WHILE_EXECUTING, "account")
                .enqueue()
                .id();
        fixture.alter(first, "state = 'parked'");
        fixture.alter(second, "state = 'parked'");
        node.start();
        eventually(() -> fixture.effects().size() == 2);
        assertThat(began).containsExactly(1, 2);
    }

    @Test
    void aFailedJobLetsTheNextOfItsKeyGoBeforeItsRetry() {
        Queues node = fixture.queues();
        WorkQueue<Sync> syncs = node.work("syncs", Sync.class)
                .handler((sync, job) -> {
                    began.add(sync.number);
                    if (sync.number == 1 && job.attempt() == 1) {
                        throw new IllegalStateException("not now");
                    }
                    fixture.effect(sync.number, job.attempt());
                })
                .create();
        for (int number : List.of(1, 2)) {
            syncs.job(new Sync(0, number))
                    .unique(Unique.WHILE_EXECUTING, "account")
                    .enqueue();
        }
        node.start();
        eventually(() -> fixture.effects().size() == 2);
        assertThat(began).containsExactly(1, 2, 1);
    }
}
