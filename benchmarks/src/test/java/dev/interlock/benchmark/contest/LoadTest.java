package dev.interlock.benchmark.contest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.sql.SQLException;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;
import org.junit.jupiter.api.Test;

class LoadTest {

    private static final int THREADS = 4;
    private static final Duration LENGTH = Duration.ofMillis(100);

    private final Exclusion exclusion = Exclusion.inMemory(THREADS);
    private final ReentrantLock lock = new ReentrantLock(true);

    @Test
    void countsTheCallsOfEachThreadDuringTheWatch() throws InterruptedException {
        AtomicLong calls = new AtomicLong();
        Sample sample = run(
                (key, body) -> {
                    locked(key, body);
                    calls.incrementAndGet();
                },
                0);

        assertThat(sample.counts()).hasSize(THREADS);
        assertThat(sample.calls().total())
                .isPositive()
                .isEqualTo(sample.waits().total())
                .isLessThanOrEqualTo(calls.get());
        assertThat(Arrays.stream(sample.counts()).sum())
                .isEqualTo(sample.calls().total());
        assertThat(sample.nanos()).isGreaterThanOrEqualTo(LENGTH.toNanos());
        assertThat(sample.evenness()).isBetween(0.0, 1.0);
        assertThat(sample.violations()).isZero();
    }

    @Test
    void lockThatDoesNotLockIsSeen() throws InterruptedException {
        assertThat(run((key, body) -> body.run(), 0).violations()).isPositive();
        assertThat(run((key, body) -> body.run(), 1).violations())
                .as("a key each")
                .isZero();
    }

    @Test
    void waitEndsWhereTheBodyBegins() throws InterruptedException {
        Sample sample = Load.run(
                (key, body) -> {
                    body.run();
                    long end = System.nanoTime() + 1_000_000;
                    while (System.nanoTime() < end) {
                        Thread.onSpinWait();
                    }
                },
                1,
                thread -> 0,
                exclusion,
                LENGTH);

        assertThat(sample.calls().percentile(50)).isGreaterThan(900_000);
        assertThat(sample.waits().percentile(50)).isLessThan(sample.calls().percentile(50) / 2);
    }

    @Test
    void skippedCallIsNotCounted() throws InterruptedException {
        Sample sample = run((key, body) -> {}, 0);

        assertThat(sample.perSecond()).isZero();
        assertThat(sample.evenness()).isNaN();
    }

    @Test
    void failedCallEndsTheRoundWithItsCause() {
        assertThatThrownBy(() -> Load.run(
                        (key, body) -> {
                            if (key == 1) {
                                throw new SQLException("broken");
                            }
                            locked(key, body);
                        },
                        THREADS,
                        thread -> thread,
                        exclusion,
                        Duration.ofMinutes(5)))
                .isInstanceOf(IllegalStateException.class)
                .hasRootCauseMessage("broken");
    }

    @Test
    void noThreadRemains() throws InterruptedException {
        run(this::locked, 0);

        assertThat(Thread.getAllStackTraces().keySet())
                .noneMatch(thread -> thread.getName().startsWith("load-"));
    }

    /** @param keyStep 0 for one key, 1 for a key each */
    private Sample run(Arm arm, int keyStep) throws InterruptedException {
        return Load.run(arm, THREADS, thread -> (long) keyStep * thread, exclusion, LENGTH);
    }

    private void locked(long key, Runnable body) {
        lock.lock();
        try {
            body.run();
        } finally {
            lock.unlock();
        }
    }
}
