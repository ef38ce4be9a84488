package dev.interlock.queue;

import static org.assertj.core.api.Assertions.assertThat;

import dev.interlock.queue.LaneProbe.Vote;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Long keys let others have their turn, and let their node go. */
class SequencedFairnessTest {

    private final QueueFixture fixture = new QueueFixture(12);
    private final LaneProbe probe = new LaneProbe(fixture);
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final CountDownLatch begun = new CountDownLatch(1);
    private final CountDownLatch goOn = new CountDownLatch(1);

    @AfterEach
    void close() {
        goOn.countDown();
        threads.shutdownNow();
        fixture.close();
    }

    @Test
    void aKeyWithThousandsWaitingDoesNotStarveTheOthers() {
        List<String> order = Collections.synchronizedList(new ArrayList<>());
        Queues queues = fixture.queues();
        SequencedQueue<Vote> votes = queues.sequenced("votes", Vote.class)
                .concurrency(2)
                .handler((vote, job) -> order.add(vote.post()))
                .create();
        votes.submitAll(LaneProbe.votes("long", 2_000), "long");
        for (int key = 0; key < 50; key++) {
            votes.submit(new Vote("short", 1), "short", key);
        }
        queues.start();
        LaneProbe.eventually(() -> Collections.frequency(List.copyOf(order), "short") == 50);
        List<String> seen = List.copyOf(order);
        assertThat(seen.subList(0, seen.lastIndexOf("short")).stream().filter("long"::equals))
                .as("of the long key before the last of the short ones")
                .hasSizeLessThan(500);
        LaneProbe.eventually(() -> Collections.frequency(List.copyOf(order), "long") > 100);
    }

    /** More than a second of one key is enough at a time, however few that were. */
    @Test
    void aKeyWithSlowSubmissionsGivesWayAfterASecond() {
        List<String> order = Collections.synchronizedList(new ArrayList<>());
        Queues queues = fixture.queues();
        SequencedQueue<Vote> votes = queues.sequenced("votes", Vote.class)
                .concurrency(1)
                .handler((vote, job) -> {
                    order.add(vote.post());
                    LockSupport.parkNanos(
                            vote.post().equals("slow") ? Duration.ofMillis(600).toNanos() : 0);
                })
                .create();
        votes.submitAll(LaneProbe.votes("slow", 20), "slow");
        votes.submit(new Vote("other", 1), "other");
        queues.start();
        LaneProbe.eventually(() -> order.contains("other"));
        assertThat(order.indexOf("other")).isBetween(1, 4);
    }

    @Test
    void theEndOfANodeComesBetweenTwoSubmissionsAndTheNextNodeGoesOn() throws Exception {
        Queues first = fixture.queues();
        SequencedQueue<Vote> votes = first.sequenced("votes", Vote.class)
                .batch(1_000)
                .handler((vote, job) -> {
                    fixture.effect(vote.number(), job.attempt());
                    if (vote.number() == 5) {
                        begun.countDown();
                        goOn.await();
                    }
                })
                .create();
        List<Submission> all = votes.submitAll(LaneProbe.votes("a", 200), "a");
        first.start();
        assertThat(begun.await(30, TimeUnit.SECONDS)).isTrue();
        Future<?> closing = threads.submit(first::close);
        LaneProbe.eventually(() -> !first.isRunning());
        LockSupport.parkNanos(Duration.ofMillis(200).toNanos());
        goOn.countDown();
        closing.get(30, TimeUnit.SECONDS);

        int done = probe.effects().size();
        assertThat(done).isBetween(5, 100);
        assertThat(probe.stateOfLane(all.get(0).id())).isIn("ready", "later");
        assertThat(votes.status(all.get(done).id()).orElseThrow().ahead()).isZero();

        Queues next = fixture.queues();
        next.sequenced("votes", Vote.class)
                .handler((vote, job) -> fixture.effect(vote.number(), job.attempt()))
                .create();
        next.start();
        LaneProbe.eventually(() -> votes.depth().keys() == 0);
        assertThat(probe.effects())
                .containsExactlyElementsOf(
                        IntStream.rangeClosed(1, 200).mapToObj(String::valueOf).toList());
        assertThat(fixture.jdbc
                        .sql("SELECT DISTINCT note FROM queue_effect WHERE namespace = ?")
                        .param(fixture.namespace.value())
                        .query(String.class)
                        .list())
                .as("attempts")
                .containsExactly("1");
    }

    @Test
    void whatIsInterruptedAtTheEndOfItsNodeLosesNoAttempt() throws Exception {
        Queues first = fixture.queues(QueueFixture.QUICK.withDrainTimeout(Duration.ofMillis(50)));
        SequencedQueue<Vote> votes = LaneProbe.impatient(first.sequenced("votes", Vote.class), 1)
                .handler((vote, job) -> {
                    fixture.effect(vote.number(), "first");
                    if (vote.number() == 2) {
                        begun.countDown();
                        goOn.await();
                    }
                })
                .create();
        List<Submission> all = votes.submitAll(LaneProbe.votes("a", 3), "a");
        first.start();
        assertThat(begun.await(30, TimeUnit.SECONDS)).isTrue();
        first.close();
        assertThat(probe.effects()).containsExactly("1");

        Queues next = fixture.queues();
        LaneProbe.impatient(next.sequenced("votes", Vote.class), 1)
                .handler((vote, job) -> fixture.effect(vote.number(), job.attempt()))
                .create();
        next.start();
        LaneProbe.eventually(() -> votes.status(all.get(2).id()).orElseThrow().isEnded());
        assertThat(probe.effects()).containsExactly("1", "2", "3");
        assertThat(all).allMatch(one -> votes.status(one.id()).orElseThrow().state() == SubmissionState.DONE);
    }
}
