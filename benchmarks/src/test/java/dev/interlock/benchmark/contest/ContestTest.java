package dev.interlock.benchmark.contest;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class ContestTest {

    private static final long WARM_UP = 7;

    private final ByteArrayOutputStream printed = new ByteArrayOutputStream();
    private final List<String> events = new ArrayList<>();

    @Test
    void orderMovesOnFromRoundToRound() throws InterruptedException {
        Outcome outcome = run(3, "a", "b", "c");

        assertThat(events)
                .containsExactly(
                        "warm a", "warm b", "warm c", "a", "b", "c", "b", "c", "a", "c", "a", "b", "close a", "close b",
                        "close c");
        assertThat(outcome.samples().get("a")).hasSize(3);
        assertThat(outcome.failures()).isEmpty();
    }

    @Test
    void whoeverFailsIsOutAndTheOthersGoOn() throws InterruptedException {
        Outcome outcome = run(2, "a", "fails in round", "does not open", "does not lock", "b");

        assertThat(outcome.samples()).containsOnlyKeys("a", "b");
        assertThat(outcome.samples().values()).allMatch(samples -> samples.size() == 2);
        assertThat(outcome.failures())
                .containsEntry("fails in round", "java.sql.SQLException: no more")
                .containsEntry("does not open", "not there")
                .containsEntry("does not lock", "it did not guard: 3 violations");
        assertThat(events).contains("close fails in round", "close does not lock");
    }

    @Test
    void nobodyIsMeasuredWhenAllAreOut() throws InterruptedException {
        Outcome outcome = run(2, "does not open");

        assertThat(outcome.samples()).isEmpty();
        assertThat(new OutcomeTable(outcome).toString().strip()).isEqualTo("not measured: does not open: not there");
    }

    @Test
    void tellsTheFirstFigureOfEachRound() throws InterruptedException {
        run(1, "a", "b");

        assertThat(printed.toString(StandardCharsets.UTF_8).strip()).isEqualTo("round 1:  a 1,000  b 1,000");
    }

    private Outcome run(int rounds, String... names) throws InterruptedException {
        Measure measure = new Measure(
                1,
                "",
                "",
                Measure.Processors.ALL,
                Plan.ofMillis(rounds, WARM_UP, 1_000),
                Arrays.stream(names).map(this::entrant).toList(),
                List.of(Figure.RATE),
                List.of());
        return Contest.run(measure, new PrintStream(printed, true, StandardCharsets.UTF_8));
    }

    private Entrant entrant(String name) {
        return new Entrant(name, servers -> {
            if (name.equals("does not open")) {
                throw new IllegalArgumentException("outer", new UnsupportedOperationException("not there"));
            }
            return new Fake(name);
        });
    }

    private final class Fake implements Contender {

        private final String name;
        private int rounds;

        Fake(String name) {
            this.name = name;
        }

        @Override
        public Sample round(Duration length) throws Exception {
            events.add(length.toMillis() == WARM_UP ? "warm " + name : name);
            if (name.equals("fails in round") && ++rounds == 3) {
                throw new IllegalStateException("a call failed", new SQLException("no more"));
            }
            return new Sample(
                    new long[] {1_000},
                    length.toMillis() == WARM_UP ? 1 : length.toNanos(),
                    new Histogram(),
                    new Histogram(),
                    name.equals("does not lock") ? 3 : 0);
        }

        @Override
        public void close() {
            events.add("close " + name);
        }
    }
}
