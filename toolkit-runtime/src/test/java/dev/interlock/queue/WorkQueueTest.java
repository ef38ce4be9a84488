package dev.interlock.queue;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Jobs of one process, from enqueuing to their end. */
class WorkQueueTest {

    private final QueueFixture fixture = new QueueFixture(10);

    record Letter(int number, String text) {}

    @AfterEach
    void close() {
        fixture.close();
    }

    @Test
    void doesEachJobOnce() {
        Queues queues = fixture.queues();
        WorkQueue<Letter> letters = queues.work("letters", Letter.class)
                .handler((letter, job) -> fixture.effect(letter.number(), job.attempt()))
                .create();
        List<UUID> ids = letters.enqueueAll(
                IntStream.range(0, 1_000).mapToObj(n -> new Letter(n, "x")).toList());
        queues.start();

        await().atMost(Duration.ofSeconds(30)).until(() -> fixture.effects().size() >= 1_000);
        assertThat(ids).doesNotHaveDuplicates().hasSize(1_000);
        assertThat(fixture.effects())
                .containsExactlyInAnyOrderElementsOf(
                        IntStream.range(0, 1_000).mapToObj(String::valueOf).toList());
        await().atMost(Duration.ofSeconds(5)).until(() -> letters.depth().running() == 0);
        assertThat(letters.depth()).isEqualTo(new QueueDepth(0, 0, 0, 0, 0));
    }

    @Test
    void isNotThereIfItsTransactionRollsBack() {
        Queues queues = fixture.queues();
        WorkQueue<Letter> letters = queues.work("letters", Letter.class)
                .handler((letter, job) -> fixture.effect(letter.number(), job.attempt()))
                .create();
        queues.start();
        fixture.transactions.executeWithoutResult(status -> {
            letters.enqueue(new Letter(1, "never"));
            status.setRollbackOnly();
        });
        fixture.transactions.executeWithoutResult(status -> letters.enqueue(new Letter(2, "sent")));

        await().atMost(Duration.ofSeconds(10)).until(() -> !fixture.effects().isEmpty());
        assertThat(fixture.effects()).containsExactly("2");
    }
}
