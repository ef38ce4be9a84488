package dev.interlock.samples.racelab;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class ArmResultTest {

    private static final long MILLI = 1_000_000;

    @Test
    void countsEveryOutcomeApart() {
        ArmResult result = ArmResult.of(List.of(round(
                sample(new Outcome.Acknowledged(1), 0, 10),
                sample(new Outcome.Refused("no lock"), 0, 20),
                sample(new Outcome.Refused("no lock"), 0, 20),
                sample(new Outcome.Failed("no connection"), 0, 30))));

        assertThat(result.calls()).isEqualTo(4);
        assertThat(result.acknowledged()).isEqualTo(1);
        assertThat(result.refused()).isEqualTo(2);
        assertThat(result.failed()).isEqualTo(1);
        assertThat(result.troubles()).containsExactly("no lock", "no connection");
    }

    @Test
    void rateCountsAcknowledgedCallsOverTheTimeOfAllRounds() {
        ArmResult result = ArmResult.of(List.of(
                round(acknowledged(0, 100), acknowledged(50, 250), sample(new Outcome.Failed("x"), 0, 10)),
                round(acknowledged(1_000, 1_250))));

        assertThat(result.rounds()).isEqualTo(2);
        assertThat(result.opsPerSecond()).isEqualTo(6.0);
    }

    @Test
    void p99IsInMillisecondsAndIncludesRefusedCalls() {
        Sample[] samples = IntStream.rangeClosed(1, 100)
                .mapToObj(millis ->
                        sample(millis > 90 ? new Outcome.Refused("late") : new Outcome.Acknowledged(1), 0, millis))
                .toArray(Sample[]::new);

        assertThat(ArmResult.of(List.of(round(samples))).p99Millis()).isEqualTo(99.0);
    }

    @Test
    void timeBeyondTheWrapOfTheClockIsMeasured() {
        Round round = new Round(
                List.of(
                        new Sample(new Outcome.Acknowledged(1), Long.MAX_VALUE - 5, Long.MIN_VALUE + 5),
                        new Sample(new Outcome.Acknowledged(1), Long.MAX_VALUE - 9, Long.MAX_VALUE)),
                List.of());

        assertThat(round.nanos()).isEqualTo(15);
    }

    @Test
    void violationsAddUpOverTheRounds() {
        ArmResult result = ArmResult.of(List.of(
                new Round(List.of(acknowledged(0, 1)), List.of(new Violation(2, "first"))),
                new Round(List.of(acknowledged(0, 1)), List.of(new Violation(3, "second")))));

        assertThat(result.violations()).isEqualTo(5);
        assertThat(result.findings()).containsExactly("first", "second");
    }

    private static Round round(Sample... samples) {
        return new Round(List.of(samples), List.of());
    }

    private static Sample acknowledged(long start, long end) {
        return sample(new Outcome.Acknowledged(1), start, end);
    }

    private static Sample sample(Outcome outcome, long startMillis, long endMillis) {
        return new Sample(outcome, startMillis * MILLI, endMillis * MILLI);
    }
}
