package dev.interlock.benchmark;

import static org.assertj.core.api.Assertions.assertThat;

import dev.interlock.benchmark.Results.Time;
import java.util.stream.DoubleStream;
import org.junit.jupiter.api.Test;

class ResultsTest {

    @Test
    void scoreIsTheMedian() {
        assertThat(Time.of(3, 1, 100).score()).isEqualTo(3);
        assertThat(Time.of(4, 1, 2, 100).score()).isEqualTo(3);
        assertThat(Time.of(7)).isEqualTo(new Time(7, 0));
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

    private static Time oneTo(int n) {
        return Time.of(DoubleStream.iterate(1, value -> value + 1).limit(n).toArray());
    }
}
