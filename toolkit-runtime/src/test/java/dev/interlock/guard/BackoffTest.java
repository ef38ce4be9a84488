package dev.interlock.guard;

import static org.assertj.core.api.Assertions.assertThat;

import dev.interlock.annotation.Jitter;
import java.time.Duration;
import java.util.Random;
import java.util.random.RandomGenerator;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class BackoffTest {

    private static final long FIRST = Duration.ofMillis(10).toNanos();
    private static final long MOST = Duration.ofMillis(250).toNanos();
    private static final int MANY = 20_000;

    private final RandomGenerator random = new Random(4711);

    @Test
    void withoutJitterItGrowsToTheMaximum() {
        Backoff backoff = backoff(Jitter.NONE);
        assertThat(LongStream.rangeClosed(1, 7).map(retry -> backoff.nanos((int) retry, 0, random) / FIRST))
                .containsExactly(1L, 2L, 4L, 8L, 16L, 25L, 25L);
        assertThat(backoff.nanos(Integer.MAX_VALUE, 0, random)).isEqualTo(MOST);
    }

    @Test
    void fullJitterIsUniformFromZero() {
        Spread spread = spread(Jitter.FULL, 3, 0);
        assertThat(spread.least()).isBetween(0L, 2 * FIRST / 10);
        assertThat(spread.most()).isBetween(4 * FIRST - 2 * FIRST / 10, 4 * FIRST);
        assertThat(spread.mean()).isBetween(1.95 * FIRST, 2.05 * FIRST);
    }

    @Test
    void equalJitterKeepsHalf() {
        Spread spread = spread(Jitter.EQUAL, 3, 0);
        assertThat(spread.least()).isBetween(2 * FIRST, 2 * FIRST + FIRST / 10);
        assertThat(spread.most()).isBetween(4 * FIRST - FIRST / 10, 4 * FIRST);
    }

    @Test
    void decorrelatedJitterGrowsFromThePreviousWait() {
        Spread first = spread(Jitter.DECORRELATED, 1, 0);
        assertThat(first.least()).isGreaterThanOrEqualTo(FIRST);
        assertThat(first.most()).isBetween(3 * FIRST - FIRST / 10, 3 * FIRST);
        Spread later = spread(Jitter.DECORRELATED, 2, 5 * FIRST);
        assertThat(later.least()).isGreaterThanOrEqualTo(FIRST);
        assertThat(later.most()).isBetween(15 * FIRST - FIRST / 10, 15 * FIRST);
        assertThat(spread(Jitter.DECORRELATED, 2, MOST).most()).isLessThanOrEqualTo(MOST);
    }

    @ParameterizedTest
    @EnumSource
    void noDelayIsNoWait(Jitter jitter) {
        Backoff none = new Backoff(Duration.ZERO, 2, Duration.ZERO, jitter);
        assertThat(none.nanos(3, 0, random)).isZero();
    }

    private record Spread(long least, long most, double mean) {}

    private Spread spread(Jitter jitter, int retry, long previous) {
        long[] waits = LongStream.range(0, MANY)
                .map(any -> backoff(jitter).nanos(retry, previous, random))
                .toArray();
        return new Spread(
                LongStream.of(waits).min().orElseThrow(),
                LongStream.of(waits).max().orElseThrow(),
                LongStream.of(waits).average().orElseThrow());
    }

    private static Backoff backoff(Jitter jitter) {
        return new Backoff(Duration.ofNanos(FIRST), 2, Duration.ofNanos(MOST), jitter);
    }
}
