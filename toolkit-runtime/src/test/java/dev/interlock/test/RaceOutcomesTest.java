package dev.interlock.test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class RaceOutcomesTest {

    @Test
    void percentileIsTheLatencyAtTheNearestRank() {
        RaceRound<Integer> hundred = round(IntStream.rangeClosed(1, 100).map(millis -> 101 - millis));

        assertThat(hundred.latency(99)).isEqualTo(millis(99));
        assertThat(hundred.latency(98.1)).isEqualTo(millis(99));
        assertThat(hundred.latency(1)).isEqualTo(millis(1));
        assertThat(hundred.latency(0.001)).isEqualTo(millis(1));
        assertThat(hundred.latency(100)).isEqualTo(millis(100));
        assertThat(round(IntStream.rangeClosed(1, 1000)).latency(99.9)).isEqualTo(millis(999));
        assertThat(round(IntStream.of(5)).latency(50)).isEqualTo(millis(5));
        assertThat(round(IntStream.of(30, 10, 20)).latency(50)).isEqualTo(millis(20));
    }

    @Test
    void everyWholePercentileOfAThousandIsExact() {
        RaceRound<Integer> thousand = round(IntStream.rangeClosed(1, 1000));

        for (int tenths = 1; tenths <= 1000; tenths++) {
            assertThat(thousand.latency(tenths / 10.0)).isEqualTo(millis(tenths));
        }
    }

    @Test
    void percentilesOutOfRangeAreRefused() {
        RaceRound<Integer> round = round(IntStream.of(1));

        for (double percentile : new double[] {0, -1, 100.1, Double.NaN}) {
            assertThatIllegalArgumentException().isThrownBy(() -> round.latency(percentile));
        }
    }

    @Test
    void callsThatThrewHaveALatencyToo() {
        RaceRound<Integer> round = new RaceRound<>(
                1,
                42,
                List.of(
                        new RaceOutcome.Returned<>(1, 1, 0, 0, millis(0), millis(10)),
                        new RaceOutcome.Thrown<>(new IllegalStateException(), 1, 1, 0, millis(0), millis(20))));

        assertThat(round.latency(100)).isEqualTo(millis(20));
    }

    @Test
    void timeOfARoundIsFromTheFirstCallToTheLastAndThatOfARaceTheSum() {
        RaceRound<Integer> round = new RaceRound<>(
                1,
                42,
                List.of(
                        new RaceOutcome.Returned<>(1, 1, 0, 0, millis(5), millis(10)),
                        new RaceOutcome.Returned<>(1, 1, 1, 0, millis(3), millis(1)),
                        new RaceOutcome.Returned<>(1, 1, 2, 0, millis(9), millis(20))));

        assertThat(round.elapsed()).isEqualTo(millis(26));
        assertThat(new RaceResult<>(42, List.of(round, round)).elapsed()).isEqualTo(millis(52));
    }

    @Test
    void nothingReturnedIsAValueOfNull() throws Exception {
        assertThat(Race.callers(2).runAll(caller -> {}).values()).containsExactly(null, null);
    }

    private static RaceRound<Integer> round(IntStream latencies) {
        Stream<RaceOutcome<Integer>> outcomes = latencies.mapToObj(
                latency -> new RaceOutcome.Returned<>(latency, 1, latency, 0, Duration.ZERO, millis(latency)));
        return new RaceRound<>(1, 42, outcomes.toList());
    }

    private static Duration millis(long millis) {
        return Duration.ofMillis(millis);
    }
}
