package dev.interlock.samples.racelab;

import java.util.List;
import java.util.stream.Stream;

/** All calls of one arm from one start together, and what the final state says about them. */
record Round(List<Sample> samples, List<Violation> violations) {

    static Answers answers(List<Sample> samples) {
        return new Answers(
                outcomes(samples, Outcome.Acknowledged.class)
                        .map(Outcome.Acknowledged::value)
                        .toList(),
                outcomes(samples, Outcome.Failed.class).count());
    }

    <T extends Outcome> Stream<T> outcomes(Class<T> type) {
        return outcomes(samples, type);
    }

    long violationCount() {
        return Violation.total(violations);
    }

    /** From the first call's start to the last call's end. */
    long nanos() {
        if (samples.isEmpty()) {
            return 0;
        }
        // nanoTime may wrap, so only differences are compared.
        long origin = samples.get(0).start();
        long first = samples.stream()
                .mapToLong(sample -> sample.start() - origin)
                .min()
                .orElseThrow();
        long last = samples.stream()
                .mapToLong(sample -> sample.end() - origin)
                .max()
                .orElseThrow();
        return last - first;
    }

    private static <T extends Outcome> Stream<T> outcomes(List<Sample> samples, Class<T> type) {
        return samples.stream().map(Sample::outcome).filter(type::isInstance).map(type::cast);
    }
}
