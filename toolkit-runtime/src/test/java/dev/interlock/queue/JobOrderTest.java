package dev.interlock.queue;

import static dev.interlock.queue.QueueFixture.eventually;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.UUID;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Which job goes first, and when. */
class JobOrderTest {

    private final QueueFixture fixture = new QueueFixture(10);
    private final Queues queues = fixture.queues();
    private final List<Integer> began = Collections.synchronizedList(new ArrayList<>());
    private final List<Long> times = Collections.synchronizedList(new ArrayList<>());
    private final WorkQueue<Letter> letters = queues.work("letters", Letter.class)
            .concurrency(1)
            .handler((letter, job) -> {
                times.add(System.nanoTime());
                began.add(letter.number);
            })
            .create();

    record Letter(int number) {}

    @AfterEach
    void close() {
        fixture.close();
    }

    @Test
    void higherPrioritiesGoFirstAndOfEqualOnesTheOldest() {
        int[] priorities = {0, 5, -3, 5, 0, Short.MAX_VALUE, Short.MIN_VALUE};
        for (int i = 0; i < priorities.length; i++) {
            letters.job(new Letter(i)).priority(priorities[i]).enqueue();
        }
        queues.start();
        eventually(() -> began.size() == priorities.length);
        assertThat(began).containsExactly(5, 1, 3, 0, 4, 2, 6);
    }

    @Test
    void aDelayedJobIsNotDoneBeforeItsTimeAndSoonAfter() {
        queues.start();
        long before = System.nanoTime();
        UUID id = letters.job(new Letter(1))
                .delay(Duration.ofMillis(700))
                .enqueue()
                .id();
        assertThat(fixture.state(id)).isEqualTo("later");
        letters.enqueue(new Letter(2));
        eventually(() -> began.size() == 2);
        assertThat(began).containsExactly(2, 1);
        assertThat(times.get(1) - before)
                .isBetween(
                        Duration.ofMillis(700).toNanos(), Duration.ofSeconds(10).toNanos());
    }

    @Test
    void manyAreEnqueuedAtOnceWithTheirIdsInTheOrderOfTheirPayloads() {
        List<UUID> ids = letters.enqueueAll(
                IntStream.range(0, 10_000).mapToObj(Letter::new).toList());
        assertThat(ids).hasSize(10_000).doesNotHaveDuplicates();
        assertThat(ids).isSortedAccordingTo(java.util.Comparator.comparing(UUID::toString));
        for (int i : new int[] {0, 1, 4_999, 9_999}) {
            assertThat(fixture.jdbc
                            .sql("SELECT payload FROM interlock_job WHERE id = ?")
                            .param(ids.get(i))
                            .query(String.class)
                            .single())
                    .isEqualTo("{\"number\":" + i + "}");
        }
        assertThat(letters.enqueueAll(List.of())).isEmpty();
        assertThatThrownBy(() -> letters.enqueueAll(Collections.nCopies(10_001, new Letter(1))))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("10001")
                .hasMessageContaining("at most 10000");
        assertThat(letters.depth().ready()).isEqualTo(10_000);
    }

    @Test
    void idsRiseAlsoInOneMillisecond() {
        List<String> ids = IntStream.range(0, 20_000)
                .mapToObj(n -> TimeOrderedIds.next().toString())
                .toList();
        assertThat(ids).isSorted().doesNotHaveDuplicates();
        assertThat(UUID.fromString(ids.get(0)).version()).isEqualTo(7);
        assertThat(UUID.fromString(ids.get(0)).variant()).isEqualTo(2);
    }

    @Test
    void theDepthCountsWhereJobsAre() {
        WorkQueue<Letter> others = queues.work("others", Letter.class).create();
        others.enqueue(new Letter(1));
        List<UUID> ids =
                letters.enqueueAll(IntStream.range(0, 21).mapToObj(Letter::new).toList());
        String[] states = {"ready", "later", "running", "parked", "dead", "done"};
        for (int state = 0, next = 0; state < states.length; next += ++state) {
            for (UUID id : ids.subList(next, next + state + 1)) {
                fixture.alter(id, "state = ?", states[state]);
            }
        }
        assertThat(letters.depth()).isEqualTo(new QueueDepth(1, 2, 3, 4, 5));
        assertThat(others.depth()).isEqualTo(new QueueDepth(1, 0, 0, 0, 0));
    }
}
