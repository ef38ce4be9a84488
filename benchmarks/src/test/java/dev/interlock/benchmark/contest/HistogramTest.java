package dev.interlock.benchmark.contest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.Random;
import org.assertj.core.data.Percentage;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HistogramTest {

    @ParameterizedTest
    @ValueSource(longs = {0, 1, 127, 128, 129, 255, 256, 1_000, 65_535, 65_536, 1_234_567, 60_000_000_000L})
    void everyDurationIsFoundAgainWithinItsBucket(long nanos) {
        Histogram histogram = new Histogram();
        histogram.record(nanos);

        assertThat(histogram.percentile(50)).isBetween((double) nanos - nanos / 128.0, nanos + 1 + nanos / 128.0);
    }

    @Test
    void percentilesAreThoseOfTheSortedDurations() {
        Histogram histogram = new Histogram();
        long[] durations = new Random(7)
                .doubles(100_000)
                .mapToLong(value -> (long) Math.exp(6 + value * 15))
                .toArray();
        Arrays.stream(durations).forEach(histogram::record);
        Arrays.sort(durations);

        for (int percent : new int[] {1, 25, 50, 90, 99}) {
            assertThat(histogram.percentile(percent))
                    .isCloseTo(durations[percent * 1_000 - 1], Percentage.withPercentage(2));
        }
        assertThat(histogram.percentile(100)).isGreaterThanOrEqualTo(durations[durations.length - 1]);
    }

    @Test
    void equalDurationsSpreadOverTheirBucketOnly() {
        Histogram histogram = new Histogram();
        for (int i = 0; i < 1_000; i++) {
            histogram.record(100);
        }
        assertThat(histogram.percentile(1)).isCloseTo(100, within(1.0));
        assertThat(histogram.percentile(99)).isCloseTo(100, within(1.0));
    }

    @Test
    void emptyOneHasNoPercentile() {
        assertThat(new Histogram().percentile(50)).isNaN();
        assertThat(Histogram.parse(new Histogram().toString()).total()).isZero();
    }

    @Test
    void sumAndTextKeepAllCounts() {
        Histogram first = new Histogram();
        first.record(5);
        first.record(1_000_000);
        Histogram second = new Histogram();
        second.record(Long.MAX_VALUE);
        second.record(-1);
        first.add(second);

        assertThat(first.total()).isEqualTo(4);
        assertThat(Histogram.parse(first.toString())).hasToString(first.toString());
        assertThat(Histogram.parse(first.toString()).total()).isEqualTo(4);
    }
}
