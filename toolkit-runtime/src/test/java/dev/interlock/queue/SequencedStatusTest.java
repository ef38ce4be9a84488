package dev.interlock.queue;

import static org.assertj.core.api.Assertions.assertThat;

import dev.interlock.queue.LaneProbe.Vote;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What can be asked of a submission and for how long, and what is left of it after that. */
class SequencedStatusTest {

    private final QueueFixture fixture = new QueueFixture(12);
    private final LaneProbe probe = new LaneProbe(fixture);
    private final CountDownLatch begun = new CountDownLatch(1);
    private final CountDownLatch goOn = new CountDownLatch(1);

    @AfterEach
    void close() {
        goOn.countDown();
        fixture.close();
    }

    private static SubmissionStatus status(SequencedQueue<Vote> votes, Submission submission) {
        return votes.status(submission.id()).orElseThrow();
    }

    /** The purge of everything that has ended, as if its time were over. */
    private void timePasses() {
        String mine = " WHERE queue LIKE '" + fixture.namespace.value() + "/%' AND purge_at IS NOT NULL";
        fixture.jdbc
                .sql("UPDATE interlock_submission SET purge_at = now()" + mine)
                .update();
        fixture.jdbc
                .sql("UPDATE interlock_lane_end SET purge_at = now()" + mine)
                .update();
    }

    @Test
    void tellsHowFarEachHasCome() throws Exception {
        Queues queues = fixture.queues();
        SequencedQueue<Vote> votes = queues.sequenced("votes", Vote.class)
                .handler((vote, job) -> {
                    begun.countDown();
                    goOn.await();
                })
                .create();
        SequencedQueue<Vote> others = queues.sequenced("others", Vote.class).create();
        List<Submission> all = votes.submitAll(LaneProbe.votes("a", 4), "a");
        Submission elsewhere = others.submit(new Vote("a", 1), "a");
        assertThat(all).extracting(Submission::sequence).containsExactly(1L, 2L, 3L, 4L);
        assertThat(all.stream().map(one -> status(votes, one).ahead())).containsExactly(0L, 1L, 2L, 3L);
        assertThat(votes.depth()).isEqualTo(new SequencedDepth(4, 1, 0, 0, 0));
        queues.start();
        assertThat(begun.await(30, TimeUnit.SECONDS)).isTrue();

        assertThat(status(votes, all.get(0))).satisfies(first -> {
            assertThat(first.id()).isEqualTo(all.get(0).id());
            assertThat(first.state()).isEqualTo(SubmissionState.WAITING);
            assertThat(first.isEnded()).isFalse();
            assertThat(first.reason()).isNull();
            assertThat(first.endedAt()).isNull();
            assertThat(first.submittedAt()).isNotNull();
        });
        assertThat(votes.depth()).isEqualTo(new SequencedDepth(4, 1, 1, 0, 0));
        goOn.countDown();
        LaneProbe.eventually(() -> status(votes, all.get(3)).isEnded());
        assertThat(all).allSatisfy(one -> {
            assertThat(status(votes, one).state()).isEqualTo(SubmissionState.DONE);
            assertThat(status(votes, one).sequence()).isEqualTo(one.sequence());
            assertThat(status(votes, one).ahead()).isZero();
            assertThat(status(votes, one).endedAt())
                    .isAfterOrEqualTo(status(votes, one).submittedAt());
        });
        assertThat(votes.depth()).isEqualTo(new SequencedDepth(0, 0, 0, 0, 0));

        assertThat(votes.status(UUID.randomUUID())).isEmpty();
        assertThat(votes.status(elsewhere.id())).isEmpty();
        assertThat(others.status(all.get(0).id())).isEmpty();
        assertThat(others.depth()).isEqualTo(new SequencedDepth(1, 1, 0, 0, 0));
        assertThat(fixture.jdbc
                        .sql("SELECT DISTINCT payload FROM interlock_submission WHERE state = 'done' AND queue LIKE ?")
                        .param(fixture.namespace.value() + "/%")
                        .query(String.class)
                        .single())
                .as("nothing personal is kept for the status")
                .isEmpty();
    }

    @Test
    void afterTheRetentionNothingIsLeftAndTheKeyBeginsAnew() {
        Queues queues = fixture.queues();
        SequencedQueue<Vote> votes = queues.sequenced("votes", Vote.class)
                .handler((vote, job) -> fixture.effect(vote.post(), vote.number()))
                .create();
        queues.start();
        for (int round = 0; round < 2; round++) {
            List<Submission> all = votes.submitAll(LaneProbe.votes("a", 5), "a");
            assertThat(all.get(0).sequence()).isEqualTo(1);
            LaneProbe.eventually(() -> votes.depth().keys() == 0);
            assertThat(status(votes, all.get(0)).isEnded()).isTrue();
            long claim = claim();
            timePasses();
            LaneProbe.eventually(() -> probe.rows("interlock_submission") == 0);
            timePasses();
            LaneProbe.eventually(() -> probe.rows("interlock_lane_end") == 0 && probe.rows("interlock_lane") == 0);
            assertThat(votes.status(all.get(0).id())).isEmpty();
            Submission anew = votes.submit(new Vote("a", 6), "a");
            LaneProbe.eventually(() -> status(votes, anew).isEnded());
            assertThat(claim())
                    .as("a claim of the lane before fits no claim of the lane now")
                    .isGreaterThan(claim);
            timePasses();
            LaneProbe.eventually(() -> probe.rows("interlock_submission") == 0);
            timePasses();
            LaneProbe.eventually(() -> probe.rows("interlock_lane_end") == 0);
        }
        assertThat(probe.effects()).hasSize(12);
    }

    private long claim() {
        return fixture.jdbc
                .sql("SELECT claim FROM interlock_lane WHERE queue LIKE ?")
                .param(fixture.namespace.value() + "/%")
                .query(Long.class)
                .single();
    }

    @Test
    void aLaneStaysAsLongAsSomethingInItCanBeAskedFor() {
        Queues queues = fixture.queues();
        SequencedQueue<Vote> votes = queues.sequenced("votes", Vote.class)
                .onHeadFailure(OnHeadFailure.DEAD_LETTER)
                .handler((vote, job) -> {
                    throw new JobRejectedException("never");
                })
                .create();
        queues.start();
        Submission dead = votes.submit(new Vote("a", 1), "a");
        LaneProbe.eventually(() -> votes.depth().dead() == 1);
        timePasses();
        LaneProbe.eventually(() -> fixture.jdbc
                .sql("SELECT purge_at > now() FROM interlock_lane_end WHERE queue LIKE ?")
                .param(fixture.namespace.value() + "/%")
                .query(Boolean.class)
                .single());
        assertThat(status(votes, dead).state()).isEqualTo(SubmissionState.DEAD);
        assertThat(votes.redrive(dead.id())).isTrue();
        LaneProbe.eventually(() -> votes.depth().dead() == 1);
        assertThat(status(votes, dead).sequence()).isEqualTo(2);
        assertThat(votes.discard(dead.id())).isTrue();
        timePasses();
        LaneProbe.eventually(() -> probe.rows("interlock_lane") == 0);
    }

    @Test
    void withoutRetentionTheTableDoesNotGrow() {
        Queues queues = fixture.queues();
        SequencedQueue<Vote> votes = LaneProbe.impatient(queues.sequenced("votes", Vote.class), 1)
                .retention(Duration.ZERO)
                .onHeadFailure(OnHeadFailure.SKIP)
                .handler((vote, job) -> {
                    if (vote.number() % 10 == 0) {
                        throw new IllegalStateException("every tenth");
                    }
                })
                .create();
        queues.start();
        Submission last = null;
        for (int round = 0; round < 20; round++) {
            for (String post : List.of("a", "b", "c")) {
                last = votes.submitAll(LaneProbe.votes(post, 10), post).get(9);
            }
        }
        LaneProbe.eventually(() -> votes.depth().keys() == 0 && probe.rows("interlock_submission") == 0);
        assertThat(votes.status(last.id())).isEmpty();
        assertThat(probe.rows("interlock_lane")).isEqualTo(3);
        assertThat(last.sequence()).isEqualTo(200);
        timePasses();
        LaneProbe.eventually(() -> probe.rows("interlock_lane") == 0 && probe.rows("interlock_lane_end") == 0);
    }
}
