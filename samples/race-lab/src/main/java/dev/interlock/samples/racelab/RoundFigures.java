package dev.interlock.samples.racelab;

import java.util.concurrent.TimeUnit;

/**
 * One round of an arm in figures.
 *
 * @param round its number within the arm, from 1
 * @param opsPerSecond acknowledged calls per second
 */
record RoundFigures(
        int round, long calls, long acknowledged, long refused, long failed, long violations, double opsPerSecond) {

    static RoundFigures of(RoundEnded ended) {
        Round round = ended.round();
        long acknowledged = round.outcomes(Outcome.Acknowledged.class).count();
        return new RoundFigures(
                ended.number(),
                round.calls().outcomes().size(),
                acknowledged,
                round.outcomes(Outcome.Refused.class).count(),
                round.outcomes(Outcome.Failed.class).count(),
                round.violationCount(),
                perSecond(acknowledged, round.calls().elapsed().toNanos()));
    }

    static double perSecond(long count, long nanos) {
        return nanos == 0 ? 0 : toTenths(count * (double) TimeUnit.SECONDS.toNanos(1) / nanos);
    }

    static double toTenths(double value) {
        return Math.round(value * 10) / 10.0;
    }
}
