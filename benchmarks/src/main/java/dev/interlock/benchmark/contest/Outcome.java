package dev.interlock.benchmark.contest;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.DoubleBinaryOperator;

/**
 * What a measure has given.
 *
 * @param samples of each entrant that took part in all rounds, a sample for each
 * @param failures why the others did not
 * @param bound whether client and servers were bound to one processor
 */
record Outcome(Measure measure, Map<String, List<Sample>> samples, Map<String, String> failures, boolean bound) {

    Outcome {
        samples = new LinkedHashMap<>(samples);
        failures = new LinkedHashMap<>(failures);
    }

    /** The figure over all rounds; empty if the entrant did not take part. */
    Optional<Spread> figure(Figure figure, String entrant) {
        return compare(figure, entrant, entrant, (value, same) -> value);
    }

    /** The ratio of two figures over all rounds, divided within each; empty if one of the entrants did not take part. */
    Optional<Spread> ratio(Figure figure, String entrant, String base) {
        return compare(figure, entrant, base, (value, other) -> value / other);
    }

    Optional<Spread> value(Aim aim) {
        return aim.isRatio() ? ratio(aim.figure(), aim.entrant(), aim.base()) : figure(aim.figure(), aim.entrant());
    }

    private Optional<Spread> compare(Figure figure, String entrant, String base, DoubleBinaryOperator comparison) {
        List<Sample> values = samples.get(entrant);
        List<Sample> others = samples.get(base);
        if (values == null || others == null) {
            return Optional.empty();
        }
        double[] rounds = new double[values.size()];
        for (int i = 0; i < rounds.length; i++) {
            rounds[i] = comparison.applyAsDouble(figure.of(values.get(i)), figure.of(others.get(i)));
        }
        return Optional.of(Spread.of(rounds));
    }
}
