package dev.interlock.samples.racelab;

import static org.assertj.core.api.Assertions.assertThat;

import dev.interlock.samples.racelab.Latencies.Bucket;
import java.util.concurrent.TimeUnit;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class LatenciesTest {

    @Test
    void histogramHasNoGapsAndNothingAround() {
        assertThat(millis(4, 5, 6, 11).histogram())
                .containsExactly(new Bucket(5, 2), new Bucket(7, 1), new Bucket(10, 0), new Bucket(15, 1));
    }

    @Test
    void extremesAreInTheOutermostBuckets() {
        assertThat(Latencies.of(LongStream.of(1)).histogram()).containsExactly(new Bucket(0.1, 1));
        assertThat(millis(10_000_000).histogram()).containsExactly(new Bucket(300_000, 1));
    }

    @Test
    void percentilesAreByNearestRank() {
        Latencies latencies = millis(LongStream.rangeClosed(1, 100).toArray());

        assertThat(latencies.p50Millis()).isEqualTo(50);
        assertThat(latencies.p90Millis()).isEqualTo(90);
        assertThat(latencies.maxMillis()).isEqualTo(100);
    }

    @Test
    void noCallHasNone() {
        assertThat(Latencies.of(LongStream.empty()).histogram()).isEmpty();
    }

    private static Latencies millis(long... millis) {
        return Latencies.of(LongStream.of(millis).map(TimeUnit.MILLISECONDS::toNanos));
    }
}
