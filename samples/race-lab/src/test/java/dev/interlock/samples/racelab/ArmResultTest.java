package dev.interlock.samples.racelab;

import static org.assertj.core.api.Assertions.assertThat;

import dev.interlock.test.RaceOutcome;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class ArmResultTest {

    @Test
    void countsEveryOutcomeApart() {
        ArmResult result = ArmResult.of(List.of(round(List.of(
                Calls.acknowledged(1, 0, 10),
                Calls.refused("no lock", 0, 20),
                Calls.refused("no lock", 0, 20),
                Calls.failed("no connection", 0, 30)))));

        assertThat(result.calls()).isEqualTo(4);
        assertThat(result.acknowledged()).isEqualTo(1);
        assertThat(result.refused()).isEqualTo(2);
        assertThat(result.failed()).isEqualTo(1);
        assertThat(result.troubles()).containsExactly("no lock", "no connection");
    }

    @Test
    void rateCountsAcknowledgedCallsOverTheTimeOfAllRounds() {
        ArmResult result = ArmResult.of(List.of(
                round(List.of(acknowledged(0, 100), acknowledged(50, 250), Calls.failed("x", 0, 10))),
                round(List.of(acknowledged(1_000, 1_250)))));

        assertThat(result.rounds()).isEqualTo(2);
        assertThat(result.opsPerSecond()).isEqualTo(6.0);
    }

    @Test
    void p99IsInMillisecondsAndIncludesRefusedCalls() {
        List<RaceOutcome<Long>> calls = IntStream.rangeClosed(1, 100)
                .mapToObj(millis -> millis > 90 ? Calls.refused("late", 0, millis) : Calls.acknowledged(1, 0, millis))
                .toList();

        assertThat(ArmResult.of(List.of(round(calls))).p99Millis()).isEqualTo(99.0);
    }

    @Test
    void violationsAddUpOverTheRounds() {
        ArmResult result = ArmResult.of(List.of(
                new Round(Calls.round(List.of(acknowledged(0, 1))), List.of(new Violation(2, "first"))),
                new Round(Calls.round(List.of(acknowledged(0, 1))), List.of(new Violation(3, "second")))));

        assertThat(result.violations()).isEqualTo(5);
        assertThat(result.findings()).containsExactly("first", "second");
    }

    private static Round round(List<RaceOutcome<Long>> calls) {
        return new Round(Calls.round(calls), List.of());
    }

    private static RaceOutcome<Long> acknowledged(long start, long end) {
        return Calls.acknowledged(1, start, end);
    }
}
