package dev.interlock.samples.racelab;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class PercentileTest {

    @Test
    void isTheValueAtTheNearestRank() {
        assertThat(Percentile.of(99, LongStream.rangeClosed(1, 100))).isEqualTo(99);
        assertThat(Percentile.of(99, LongStream.rangeClosed(1, 200))).isEqualTo(198);
        assertThat(Percentile.of(50, LongStream.of(10, 20, 30))).isEqualTo(20);
        assertThat(Percentile.of(100, LongStream.of(10, 20, 30))).isEqualTo(30);
    }

    @Test
    void ofFewValuesIsTheLargest() {
        assertThat(Percentile.of(99, LongStream.of(3, 1, 2))).isEqualTo(3);
        assertThat(Percentile.of(99, LongStream.of(5))).isEqualTo(5);
    }

    @Test
    void doesNotDependOnOrder() {
        assertThat(Percentile.of(99, LongStream.rangeClosed(1, 100).map(value -> 101 - value)))
                .isEqualTo(99);
    }

    @Test
    void ofNothingIsZero() {
        assertThat(Percentile.of(99, LongStream.empty())).isZero();
    }
}
