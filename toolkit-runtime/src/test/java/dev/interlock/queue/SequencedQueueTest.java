package dev.interlock.queue;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.interlock.annotation.Jitter;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Submissions of one process, from the draw of their number to their end. */
class SequencedQueueTest {

    private final QueueFixture fixture = new QueueFixture(12);

    record Vote(String post, int number) {}

    @AfterEach
    void close() {
        fixture.close();
    }

    @Test
    void dealsWithEachKeyInOrder() {
        Map<String, List<Integer>> seen = new ConcurrentHashMap<>();
        Queues queues = fixture.queues();
        SequencedQueue<Vote> votes = queues.sequenced("votes", Vote.class)
                .handler((vote, job) -> {
                    seen.computeIfAbsent(vote.post(), any -> new ArrayList<>()).add(vote.number());
                    fixture.effect(vote.post(), vote.number());
                })
                .create();
        queues.start();
        List<Submission> last = new ArrayList<>();
        for (int number = 1; number <= 100; number++) {
            for (int post = 0; post < 10; post++) {
                last.add(votes.submit(new Vote("post " + post, number), post));
            }
        }

        await().atMost(Duration.ofSeconds(30)).until(() -> votes.depth().keys() == 0);
        assertThat(seen).hasSize(10);
        seen.values()
                .forEach(numbers -> assertThat(numbers)
                        .isEqualTo(LongStream.rangeClosed(1, 100)
                                .mapToObj(Math::toIntExact)
                                .collect(Collectors.toList())));
        assertThat(fixture.effects()).hasSize(1_000);
        Submission end = last.get(last.size() - 1);
        assertThat(end.sequence()).isEqualTo(100);
        assertThat(votes.status(end.id())).get().satisfies(status -> {
            assertThat(status.state()).isEqualTo(SubmissionState.DONE);
            assertThat(status.ahead()).isZero();
            assertThat(status.endedAt()).isNotNull();
        });
    }

    @Test
    void blocksAKeyThatFailsAndNoOther() {
        Queues queues = fixture.queues();
        SequencedQueue<Vote> votes = queues.sequenced("votes", Vote.class)
                .maxAttempts(2)
                .backoff(Duration.ofMillis(10), 1, Duration.ofMillis(10), Jitter.NONE)
                .handler((vote, job) -> {
                    if (vote.number() == 2 && vote.post().equals("a")) {
                        throw new IllegalStateException("no more votes");
                    }
                    fixture.effect(vote.post() + vote.number(), job.attempt());
                })
                .create();
        queues.start();
        List<Submission> a = votes.submitAll(List.of(new Vote("a", 1), new Vote("a", 2), new Vote("a", 3)), "a");
        List<Submission> b = votes.submitAll(List.of(new Vote("b", 1), new Vote("b", 2), new Vote("b", 3)), "b");

        await().atMost(Duration.ofSeconds(10))
                .until(() -> !votes.blocked(10).isEmpty()
                        && votes.status(b.get(2).id()).orElseThrow().isEnded());
        assertThat(fixture.effects()).containsExactlyInAnyOrder("a1", "b1", "b2", "b3");
        assertThat(votes.blocked(10)).singleElement().satisfies(blocked -> {
            assertThat(blocked.submission()).isEqualTo(a.get(1).id());
            assertThat(blocked.waiting()).isEqualTo(1);
            assertThat(blocked.attempts()).isEqualTo(2);
            assertThat(blocked.reason()).contains("no more votes");
        });
        assertThat(votes.status(a.get(1).id()).orElseThrow().state()).isEqualTo(SubmissionState.BLOCKED);
        assertThat(votes.status(a.get(2).id()).orElseThrow().ahead()).isEqualTo(1);

        assertThat(votes.skipBlocked(a.get(1).id())).isTrue();
        await().atMost(Duration.ofSeconds(10))
                .until(() -> votes.status(a.get(2).id()).orElseThrow().isEnded());
        assertThat(votes.status(a.get(1).id()).orElseThrow().state()).isEqualTo(SubmissionState.SKIPPED);
        assertThat(fixture.effects()).contains("a3").doesNotContain("a2");
    }
}
