package dev.interlock.benchmark;

import static org.assertj.core.api.Assertions.assertThat;

import dev.interlock.benchmark.Results.Estimate;
import java.util.List;
import java.util.Map;
import java.util.stream.DoubleStream;
import org.junit.jupiter.api.Test;

class ResultsTest {

    /** The second round was slow for everybody. */
    private final Results results = new Results(List.of(
            Map.of("A.a", 10.0, "A.b", 8.0), Map.of("A.a", 50.0, "A.b", 40.0), Map.of("A.a", 12.0, "A.b", 9.0)));

    @Test
    void timeIsTheMedianOfTheRounds() {
        assertThat(results.time("A.a")).contains(new Estimate(12, 20));
        assertThat(results.time("A.c")).isEmpty();
    }

    @Test
    void comparesWithinEachRound() {
        assertThat(results.difference("A.a", "A.b")).contains(new Estimate(3, 4));
        assertThat(results.surplus("A.a", "A.b").orElseThrow().median()).isEqualTo(0.25);
        assertThat(results.difference("A.a", "A.c")).isEmpty();
    }

    @Test
    void medianOfAnEvenNumberLiesBetween() {
        assertThat(Estimate.of(4, 1, 2, 100).median()).isEqualTo(3);
        assertThat(Estimate.of(7)).isEqualTo(new Estimate(7, 0));
    }

    /** Ranks from the table of the sign test at 5 %, two-sided. */
    @Test
    void errorSpansTheRanksOfTheSignTest() {
        assertThat(oneTo(5).error()).as("ranks 1 and 5").isEqualTo(2);
        assertThat(oneTo(6).error()).as("ranks 1 and 6").isEqualTo(2.5);
        assertThat(oneTo(12).error()).as("ranks 3 and 10").isEqualTo(3.5);
        assertThat(oneTo(15).error()).as("ranks 4 and 12").isEqualTo(4);
        assertThat(oneTo(20).error()).as("ranks 6 and 15").isEqualTo(4.5);
    }

    @Test
    void namesAreClassAndMethod() {
        assertThat(Results.shortName("dev.interlock.benchmark.overhead.JvmOverhead.direct"))
                .isEqualTo("JvmOverhead.direct");
        assertThat(Results.shortName("JvmOverhead.direct")).isEqualTo("JvmOverhead.direct");
    }

    private static Estimate oneTo(int n) {
        return Estimate.of(DoubleStream.iterate(1, value -> value + 1).limit(n).toArray());
    }
}
