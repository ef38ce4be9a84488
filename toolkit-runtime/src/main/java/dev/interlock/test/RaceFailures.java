package dev.interlock.test;

import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** What a failed race says. Every message tells the seed. */
final class RaceFailures {

    private static final int SHOWN = 5;

    private RaceFailures() {}

    /** Some calls threw. */
    static AssertionError of(RaceOutcomes<?> race) {
        List<? extends RaceOutcome.Thrown<?>> thrown = thrown(race.outcomes());
        String whose = thrown.stream().limit(SHOWN).map(RaceFailures::whose).collect(Collectors.joining("; "));
        String message = thrown.size() + " of " + race.outcomes().size() + " calls failed" + seed(race.seed()) + ": "
                + whose + (thrown.size() > SHOWN ? "; ..." : "");
        return withFailures(new AssertionError(message, thrown.get(0).failure()), race.outcomes());
    }

    /** What the test does before a round threw. */
    static AssertionError before(int round, long seed, Throwable cause) {
        return new AssertionError("Could not prepare round " + round + seed(seed) + ": " + cause, cause);
    }

    /** What the test does after a round threw; calls of the round that failed may be the reason. */
    static AssertionError after(RaceRound<?> round, Throwable cause) {
        long threw = round.countThrown();
        String calls =
                threw == 0 ? "" : "; " + threw + " of " + round.outcomes().size() + " calls threw";
        String message =
                "The check after round " + round.number() + " failed" + seed(round.seed()) + calls + ": " + cause;
        return withFailures(new AssertionError(message, cause), round.outcomes());
    }

    static String seed(long seed) {
        return " (seed " + seed + ")";
    }

    /** Suppresses the first failures, each once: callers may be given the same exception, or the cause. */
    static AssertionError withFailures(AssertionError error, List<? extends RaceOutcome<?>> outcomes) {
        Set<@Nullable Throwable> told = Collections.newSetFromMap(new IdentityHashMap<>());
        told.add(error.getCause());
        thrown(outcomes).stream()
                .map(RaceOutcome.Thrown::failure)
                .filter(told::add)
                .limit(SHOWN)
                .forEach(error::addSuppressed);
        return error;
    }

    private static List<? extends RaceOutcome.Thrown<?>> thrown(List<? extends RaceOutcome<?>> outcomes) {
        return outcomes.stream()
                .filter(RaceOutcome.Thrown.class::isInstance)
                .map(outcome -> (RaceOutcome.Thrown<?>) outcome)
                .toList();
    }

    private static String whose(RaceOutcome.Thrown<?> thrown) {
        return "round " + thrown.round() + ", caller " + thrown.caller() + ", call " + thrown.call() + ": "
                + thrown.failure();
    }
}
