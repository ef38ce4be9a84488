package dev.interlock.benchmark.contest;

import static org.assertj.core.api.Assertions.assertThat;

import dev.interlock.benchmark.contest.Aim.Bound;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class TablesTest {

    private static final Measure MEASURE = new Measure(
            5,
            "title",
            "note",
            Measure.Processors.ALL,
            Plan.ofMillis(3, 0, 0),
            Stream.of("by hand", "ours", "peer", "idler", "broken")
                    .map(name -> new Entrant(name, servers -> null))
                    .toList(),
            List.of(Figure.RATE, Figure.THREADS),
            List.of(
                    new Aim("fast", Figure.RATE, "ours", "by hand", Bound.AT_LEAST, 4),
                    new Aim("faster", Figure.RATE, "ours", "by hand", Bound.AT_LEAST, 4.5),
                    new Aim("even", Figure.THREADS, "ours", "", Bound.AT_LEAST, 0.8),
                    new Aim("short", Figure.TIME, "peer", "by hand", Bound.AT_MOST, 2),
                    new Aim("light", Figure.WAL, "ours", "", Bound.AT_MOST, 1_000),
                    new Aim("unknown", Figure.RATE, "broken", "by hand", Bound.AT_LEAST, 1)));

    /** The second round was slow for everybody. */
    private static final Outcome OUTCOME = new Outcome(
            MEASURE,
            Map.of(
                    "by hand", List.of(sample(500, 500), sample(50, 50), sample(700, 300)),
                    "ours", List.of(logging(945, 2_000, 2_000), logging(950, 190, 250), logging(940, 2_200, 2_000)),
                    "peer", List.of(sample(10, 0), sample(1, 0), sample(0, 0)),
                    "idler", List.of(sample(0, 0), sample(0, 0), sample(0, 0))),
            Map.of("broken", "no such class"),
            false);

    @Test
    void entrantsStandBesideTheFirstOne() {
        assertThat(lines(new OutcomeTable(OUTCOME)))
                .contains(
                        "case | per second | slowest / fastest thread | × by hand | min – max",
                        "by hand | 1,000 | 1.00",
                        "ours | 4,000 | 0.91 | 4.20 | 4.00 – 4.40",
                        "peer | 1 | 0.00 | 0.010 | 0.000 – 0.010",
                        "idler | 0 | none | 0.000 | 0.000 – 0.000",
                        "not measured: broken: no such class");
    }

    @Test
    void aimsAreJudgedByTheMedianOfTheRounds() {
        assertThat(lines(new AimsTable(List.of(OUTCOME))))
                .contains(
                        "5 fast | ≥ 4.00 × | 4.20 | 4.00 – 4.40 | met",
                        "5 faster | ≥ 4.50 × | 4.20 | 4.00 – 4.40 | missed",
                        "5 even | ≥ 0.80 | 0.91 | 0.76 – 1.00 | met",
                        "5 short | ≤ 2.00 × | none | missed",
                        "5 light | ≤ 1,000 B | 945 | 940 – 950 | met",
                        "5 unknown | ≥ 1.00 × | not measured");
    }

    private static Sample sample(long... counts) {
        return logging(Double.NaN, counts);
    }

    private static Sample logging(double wal, long... counts) {
        return new Sample(counts, 1_000_000_000, new Histogram(), new Histogram(), 0, wal);
    }

    private static List<String> lines(Object table) {
        return table.toString()
                .lines()
                .map(line -> line.strip().replaceAll(" {3,}", " | ").replaceAll(" {2}", " "))
                .toList();
    }
}
