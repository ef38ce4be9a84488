package dev.interlock.queue;

import static org.assertj.core.api.Assertions.assertThat;

import dev.interlock.queue.LaneProbe.Vote;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What becomes of a key whose submission fails, wherever in what was claimed of it that is. */
class SequencedFailuresTest {

    private static final int BATCH = 4;
    private static final Set<Integer> PLACES = Set.of(1, 2, 4, 5);

    private final QueueFixture fixture = new QueueFixture(12);
    private final LaneProbe probe = new LaneProbe(fixture);
    private final Set<String> failing = ConcurrentHashMap.newKeySet();
    private final Map<UUID, Integer> attempts = new ConcurrentHashMap<>();

    @AfterEach
    void close() {
        fixture.close();
    }

    private void handle(Vote vote, Job job) {
        attempts.put(job.id(), job.attempt());
        fixture.effect(vote.post() + vote.number(), job.attempt());
        if (failing.contains(vote.post() + vote.number())) {
            throw new IllegalStateException("no more votes");
        }
    }

    private SequencedQueue<Vote> queue(OnHeadFailure decision) {
        Queues queues = fixture.queues();
        SequencedQueue<Vote> votes = LaneProbe.impatient(queues.sequenced("votes", Vote.class), 2)
                .batch(BATCH)
                .onHeadFailure(decision)
                .handler(this::handle)
                .create();
        queues.start();
        return votes;
    }

    private static SubmissionState state(SequencedQueue<Vote> votes, Submission submission) {
        return votes.status(submission.id()).orElseThrow().state();
    }

    private List<String> effects(String post) {
        return probe.effects().stream()
                .filter(effect -> effect.startsWith(post + "/"))
                .map(effect -> effect.substring(post.length() + 1))
                .toList();
    }

    private static List<String> numbers(IntStream numbers) {
        return numbers.mapToObj(String::valueOf).toList();
    }

    /** The failing one is first, in the middle, last of what is claimed at once, and first of what is claimed next. */
    @ParameterizedTest
    @EnumSource(OnHeadFailure.class)
    void theDecisionIsKeptWhereverItFails(OnHeadFailure decision) {
        PLACES.forEach(place -> failing.add("p" + place + "/" + place));
        SequencedQueue<Vote> votes = queue(decision);
        Map<Integer, List<Submission>> submitted = new ConcurrentHashMap<>();
        PLACES.forEach(place ->
                submitted.put(place, votes.submitAll(LaneProbe.votes("p" + place + "/", 7), "p" + place)));
        List<Submission> other = votes.submitAll(LaneProbe.votes("other/", 7), "other");

        boolean blocks = decision == OnHeadFailure.BLOCK;
        LaneProbe.eventually(() -> votes.depth().keys() == (blocks ? PLACES.size() : 0)
                && votes.depth().blocked() == (blocks ? PLACES.size() : 0));
        assertThat(other).allMatch(one -> state(votes, one) == SubmissionState.DONE);
        PLACES.forEach(place -> {
            assertThat(effects("p" + place))
                    .isEqualTo(numbers(
                            IntStream.rangeClosed(1, blocks ? place - 1 : 7).filter(number -> number != place)));
            SubmissionStatus failed =
                    votes.status(submitted.get(place).get(place - 1).id()).orElseThrow();
            assertThat(failed.state())
                    .isEqualTo(
                            switch (decision) {
                                case BLOCK -> SubmissionState.BLOCKED;
                                case SKIP -> SubmissionState.SKIPPED;
                                case DEAD_LETTER -> SubmissionState.DEAD;
                            });
            assertThat(failed.reason()).contains("IllegalStateException", "no more votes");
            assertThat(failed.ahead()).isZero();
            assertThat(failed.isEnded()).isEqualTo(!blocks);
        });
        assertThat(votes.deadLetters(10)).hasSize(decision == OnHeadFailure.DEAD_LETTER ? PLACES.size() : 0);
        assertThat(votes.blocked(10)).hasSize(blocks ? PLACES.size() : 0);
        assertThat(votes.blocked(1)).hasSize(blocks ? 1 : 0);
        assertThat(votes.depth())
                .isEqualTo(new SequencedDepth(
                        blocks ? 4 * 7 - (0 + 1 + 3 + 4) : 0,
                        blocks ? 4 : 0,
                        0,
                        blocks ? 4 : 0,
                        decision == OnHeadFailure.DEAD_LETTER ? 4 : 0));
    }

    @Test
    void aBlockedKeyGoesOnWithWhatBlockedItOrWithoutIt() {
        failing.addAll(Set.of("a/2", "a/4"));
        SequencedQueue<Vote> votes = queue(OnHeadFailure.BLOCK);
        List<Submission> all = votes.submitAll(LaneProbe.votes("a/", 6), "a");
        UUID second = all.get(1).id();
        UUID fourth = all.get(3).id();
        LaneProbe.eventually(() -> votes.depth().blocked() == 1);
        assertThat(votes.blocked(10)).singleElement().satisfies(blocked -> {
            assertThat(blocked.submission()).isEqualTo(second);
            assertThat(blocked.attempts()).isEqualTo(2);
            assertThat(blocked.waiting()).isEqualTo(4);
        });
        assertThat(votes.retryBlocked(all.get(2).id()))
                .as("it waits behind the one that blocks")
                .isFalse();
        assertThat(votes.skipBlocked(all.get(0).id())).as("it is done").isFalse();
        assertThat(votes.skipBlocked(UUID.randomUUID())).isFalse();

        assertThat(votes.retryBlocked(second)).isTrue();
        LaneProbe.eventually(() -> votes.depth().blocked() == 1);
        assertThat(attempts).as("it had all its attempts again").containsEntry(second, 2);

        failing.remove("a/2");
        assertThat(votes.retryBlocked(second)).isTrue();
        assertThat(votes.retryBlocked(second)).isFalse();
        LaneProbe.eventually(() -> votes.status(fourth).orElseThrow().state() == SubmissionState.BLOCKED);
        assertThat(attempts).containsEntry(second, 1);
        assertThat(votes.status(second).orElseThrow().reason()).isNull();

        assertThat(votes.skipBlocked(fourth)).isTrue();
        assertThat(votes.skipBlocked(fourth)).isFalse();
        LaneProbe.eventually(() -> votes.depth().keys() == 0);
        assertThat(effects("a")).containsExactly("1", "2", "3", "5", "6");
        assertThat(votes.status(fourth)).get().satisfies(skipped -> {
            assertThat(skipped.state()).isEqualTo(SubmissionState.SKIPPED);
            assertThat(skipped.reason()).contains("no more votes");
        });
        assertThat(probe.attempts(fourth)).isEqualTo(2);
        assertThat(attempts).containsEntry(all.get(4).id(), 1);
    }

    @Test
    void whatIsFirstAfterASkipHasNoReasonOfItsPredecessor() {
        failing.add("a/1");
        SequencedQueue<Vote> votes = queue(OnHeadFailure.BLOCK);
        List<Submission> all = votes.submitAll(LaneProbe.votes("a/", 1), "a");
        LaneProbe.eventually(() -> votes.depth().blocked() == 1);
        fixture.transactions.executeWithoutResult(status -> {
            assertThat(votes.skipBlocked(all.get(0).id())).isTrue();
            Submission next = votes.submit(new Vote("a/", 2), "a");
            assertThat(votes.status(next.id()).orElseThrow().ahead()).isZero();
            assertThat(votes.status(next.id()).orElseThrow().reason()).isNull();
        });
        LaneProbe.eventually(() -> votes.depth().keys() == 0);
        assertThat(effects("a")).containsExactly("2");
    }

    @Test
    void aDeadLetterIsDrivenAgainAtTheEndOfItsKeyOrDiscarded() {
        failing.addAll(Set.of("a/1", "a/2", "a/3"));
        SequencedQueue<Vote> votes = queue(OnHeadFailure.DEAD_LETTER);
        List<Submission> all = votes.submitAll(LaneProbe.votes("a/", 4), "a");
        UUID first = all.get(0).id();
        LaneProbe.eventually(() -> votes.depth().dead() == 3 && votes.depth().keys() == 0);
        assertThat(votes.deadLetters(10))
                .extracting(DeadLetter::id)
                .startsWith(first)
                .hasSize(3);
        assertThat(votes.deadLetters(10).get(0)).satisfies(letter -> {
            assertThat(letter.attempts()).isEqualTo(2);
            assertThat(letter.reason()).contains("no more votes");
            assertThat(letter.payload()).contains("\"number\":1");
            assertThat(letter.kind()).isEqualTo("Vote");
        });

        failing.clear();
        fixture.transactions.executeWithoutResult(status -> {
            votes.submit(new Vote("a/", 5), "a");
            assertThat(votes.redrive(first)).isTrue();
            votes.submit(new Vote("a/", 6), "a");
            SubmissionStatus again = votes.status(first).orElseThrow();
            assertThat(again.state()).isEqualTo(SubmissionState.WAITING);
            assertThat(again.sequence()).isEqualTo(6);
            assertThat(again.ahead()).isEqualTo(1);
            assertThat(again.reason()).isNull();
            assertThat(again.endedAt()).isNull();
        });
        LaneProbe.eventually(() -> votes.depth().keys() == 0);
        assertThat(effects("a")).containsExactly("4", "5", "1", "6");
        assertThat(attempts).containsEntry(first, 1);
        assertThat(votes.redrive(first)).isFalse();
        assertThat(votes.discard(first)).isFalse();

        assertThat(votes.discard(all.get(1).id())).isTrue();
        assertThat(votes.status(all.get(1).id())).isEmpty();
        assertThat(votes.redrive(all.get(1).id())).isFalse();
        assertThat(votes.redrive(all.get(2).id())).as("its lane is idle").isTrue();
        LaneProbe.eventually(() -> effects("a").size() == 5);
        assertThat(votes.depth().dead()).isZero();
    }

    @Test
    void retriesKeepTheOrder() {
        Queues queues = fixture.queues();
        SequencedQueue<Vote> votes = LaneProbe.impatient(queues.sequenced("votes", Vote.class), 1_000)
                .batch(BATCH)
                .handler((vote, job) -> {
                    fixture.effect(vote.post() + vote.number(), job.attempt());
                    if (ThreadLocalRandom.current().nextInt(3) == 0) {
                        throw new IllegalStateException("by chance");
                    }
                })
                .create();
        queues.start();
        for (String post : List.of("a", "b", "c")) {
            votes.submitAll(LaneProbe.votes(post + "/", 15), post);
        }
        LaneProbe.eventually(() -> votes.depth().keys() == 0);
        for (String post : List.of("a", "b", "c")) {
            assertThat(effects(post)).isEqualTo(numbers(IntStream.rangeClosed(1, 15)));
        }
    }

    @Test
    void aRejectedSubmissionIsTriedOnce() {
        Queues queues = fixture.queues();
        SequencedQueue<Vote> votes = queues.sequenced("votes", Vote.class)
                .handler((vote, job) -> {
                    throw new JobRejectedException("the poll\0is closed" + "!".repeat(2_000));
                })
                .create();
        queues.start();
        Submission rejected = votes.submit(new Vote("a", 1), "a");
        LaneProbe.eventually(() -> votes.depth().blocked() == 1);
        assertThat(votes.blocked(10)).singleElement().satisfies(blocked -> {
            assertThat(blocked.submission()).isEqualTo(rejected.id());
            assertThat(blocked.attempts()).isEqualTo(1);
            assertThat(blocked.reason()).startsWith("the poll is closed").hasSizeLessThan(1_100);
        });
    }

    @Test
    void whatCannotBeReadIsPutAsideWithAReason() {
        Queues idle = fixture.queues();
        SequencedQueue<Vote> intake = idle.sequenced("votes", Vote.class).create();
        List<Submission> bad = new ArrayList<>();
        List<Submission> good = new ArrayList<>();
        for (String post : List.of("unreadable", "unknown", "oversize", "hostile")) {
            good.add(intake.submit(new Vote(post + "/", 1), post));
            bad.add(intake.submit(new Vote(post + "/", 2), post));
            good.add(intake.submit(new Vote(post + "/", 3), post));
        }
        probe.alter(bad.get(0).id(), "payload = '{\"post\":'");
        probe.alter(bad.get(1).id(), "kind = 'Ballot'");
        probe.alter(bad.get(2).id(), "payload = repeat('x', 1 + (1 << 20))");
        probe.alter(bad.get(3).id(), "payload = '{\"post\":\"a\",\"number\":\"\\u0000x\"}'");

        SequencedQueue<Vote> votes = queue(OnHeadFailure.DEAD_LETTER);
        LaneProbe.eventually(() -> votes.depth().keys() == 0);
        assertThat(good).allMatch(one -> state(votes, one) == SubmissionState.DONE);
        assertThat(bad).allMatch(one -> state(votes, one) == SubmissionState.DEAD);
        assertThat(votes.deadLetters(10))
                .allSatisfy(letter -> assertThat(letter.attempts()).isEqualTo(2));
        assertThat(reason(votes, bad.get(0))).contains("not readable as " + Vote.class.getName());
        assertThat(reason(votes, bad.get(1))).contains("no handler is known for the kind 'Ballot'", "Vote");
        assertThat(reason(votes, bad.get(2))).contains("1048577 bytes", "1048576 are the most");
        assertThat(reason(votes, bad.get(3))).contains("not readable");
    }

    private static String reason(SequencedQueue<Vote> votes, Submission submission) {
        return String.valueOf(votes.status(submission.id()).orElseThrow().reason());
    }

    /** Its own failure costs the next one neither an attempt nor time. */
    @Test
    void aHandlerThatFailsAfterItCompletedLeavesTheNextOneAlone() {
        Queues queues = fixture.queues(QueueFixture.QUICK.withLease(Duration.ofMinutes(10)));
        SequencedQueue<Vote> votes = LaneProbe.impatient(queues.sequenced("votes", Vote.class), 1)
                .outsideWork()
                .handler((vote, job) -> {
                    attempts.put(job.id(), job.attempt());
                    job.complete(() -> fixture.effect(vote.post() + vote.number(), job.attempt()));
                    throw new IllegalStateException("too late");
                })
                .create();
        queues.start();
        List<Submission> all = votes.submitAll(LaneProbe.votes("a/", 5), "a");
        LaneProbe.eventually(() -> votes.depth().keys() == 0);
        assertThat(effects("a")).isEqualTo(numbers(IntStream.rangeClosed(1, 5)));
        assertThat(all).allMatch(one -> state(votes, one) == SubmissionState.DONE);
        assertThat(attempts.values()).hasSize(5).containsOnly(1);
    }
}
