package dev.interlock.queue;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What the queues of a process know of themselves, and how they end. */
class QueuesTest {

    private final QueueFixture fixture = new QueueFixture(5);

    record Letter(String text) {}

    record Parcel(int weight) {}

    @AfterEach
    void close() {
        fixture.close();
    }

    @Test
    void knowWhichHaveAHandler() {
        Queues queues = fixture.queues();
        queues.work("letters", Letter.class).handler((letter, job) -> {}).create();
        queues.work("parcels", Parcel.class).create();
        assertThat(queues.withHandler()).isEqualTo(Map.of("letters", Letter.class));
        assertThat(queues.withoutHandler()).isEqualTo(Map.of("parcels", Parcel.class));
        queues.handle("parcels", (parcel, job) -> {});
        assertThat(queues.withHandler()).containsOnlyKeys("letters", "parcels");
        assertThat(queues.withoutHandler()).isEmpty();
    }

    /** Whoever is interrupted while it closes them does not wait, and leaves no thread and no connection behind. */
    @Test
    void endAlsoIfTheirEndIsInterrupted() throws InterruptedException {
        CountDownLatch begun = new CountDownLatch(1);
        AtomicBoolean interrupted = new AtomicBoolean();
        Queues queues = fixture.queues(QueueFixture.QUICK.withDrainTimeout(Duration.ofMinutes(1)));
        WorkQueue<Letter> letters = queues.work("letters", Letter.class)
                .outsideWork()
                .handler((letter, job) -> {
                    begun.countDown();
                    try {
                        new CountDownLatch(1).await(1, TimeUnit.MINUTES);
                    } catch (InterruptedException told) {
                        interrupted.set(true);
                        throw told;
                    }
                })
                .create();
        queues.start();
        letters.enqueue(new Letter("long"));
        assertThat(begun.await(10, TimeUnit.SECONDS)).isTrue();

        Thread.currentThread().interrupt();
        queues.close();
        assertThat(Thread.interrupted()).isTrue();

        await().atMost(Duration.ofSeconds(10)).untilAsserted(() -> {
            assertThat(interrupted).isTrue();
            assertThat(fixture.pool.getHikariPoolMXBean().getActiveConnections())
                    .isZero();
            assertThat(letters.depth().running()).isZero();
        });
        assertThat(queues.isRunning()).isFalse();
    }
}
