package dev.interlock.samples.racelab;

import dev.interlock.test.RaceRound;
import java.util.List;
import java.util.stream.Stream;

/** All calls of one arm from one start together, and what the final state says about them. */
record Round(RaceRound<Long> calls, List<Violation> violations) {

    static Answers answers(RaceRound<Long> calls) {
        return new Answers(calls.values(), outcomes(calls, Outcome.Failed.class).count());
    }

    <T extends Outcome> Stream<T> outcomes(Class<T> type) {
        return outcomes(calls, type);
    }

    long violationCount() {
        return Violation.total(violations);
    }

    private static <T extends Outcome> Stream<T> outcomes(RaceRound<Long> calls, Class<T> type) {
        return calls.outcomes().stream()
                .map(Outcome::of)
                .filter(type::isInstance)
                .map(type::cast);
    }
}
