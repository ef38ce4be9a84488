package dev.interlock.samples.racelab;

import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.LongStream;
import java.util.stream.Stream;

/**
 * One arm over all its rounds.
 *
 * @param opsPerSecond acknowledged calls per second
 * @param p99Millis of all calls, also refused and failed ones: whoever waited for a refusal waited too
 * @param findings the violations in words
 * @param troubles why calls were refused or failed, each reason once
 */
record ArmResult(
        int rounds,
        long calls,
        long acknowledged,
        long refused,
        long failed,
        long violations,
        double opsPerSecond,
        double p99Millis,
        List<String> findings,
        List<String> troubles,
        Latencies latency) {

    private static final int REASONS_SHOWN = 5;

    static ArmResult of(List<Round> rounds) {
        List<Outcome> outcomes =
                rounds.stream().flatMap(round -> round.outcomes(Outcome.class)).toList();
        List<String> refusals = outcomes.stream()
                .filter(Outcome.Refused.class::isInstance)
                .map(outcome -> ((Outcome.Refused) outcome).reason())
                .toList();
        List<String> failures = outcomes.stream()
                .filter(Outcome.Failed.class::isInstance)
                .map(outcome -> ((Outcome.Failed) outcome).reason())
                .toList();
        long acknowledged = outcomes.size() - refusals.size() - failures.size();
        long nanos = rounds.stream()
                .mapToLong(round -> round.calls().elapsed().toNanos())
                .sum();
        long p99 = Percentile.of(99, latencies(rounds));
        return new ArmResult(
                rounds.size(),
                outcomes.size(),
                acknowledged,
                refusals.size(),
                failures.size(),
                rounds.stream().mapToLong(Round::violationCount).sum(),
                RoundFigures.perSecond(acknowledged, nanos),
                RoundFigures.toTenths(p99 / (double) TimeUnit.MILLISECONDS.toNanos(1)),
                rounds.stream()
                        .flatMap(round -> round.violations().stream())
                        .map(Violation::finding)
                        .toList(),
                Stream.concat(refusals.stream(), failures.stream())
                        .distinct()
                        .limit(REASONS_SHOWN)
                        .toList(),
                Latencies.of(latencies(rounds)));
    }

    private static LongStream latencies(List<Round> rounds) {
        return rounds.stream()
                .flatMap(round -> round.calls().outcomes().stream())
                .mapToLong(call -> call.latency().toNanos());
    }
}
