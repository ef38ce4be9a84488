package dev.interlock.test;

import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * All rounds of a {@link Race}.
 *
 * @param rounds in their order, at least one
 */
public record RaceResult<T extends @Nullable Object>(long seed, List<RaceRound<T>> rounds) implements RaceOutcomes<T> {

    public RaceResult {
        rounds = List.copyOf(rounds);
    }

    @Override
    public List<RaceOutcome<T>> outcomes() {
        return rounds.stream().flatMap(round -> round.outcomes().stream()).toList();
    }

    @Override
    public Duration elapsed() {
        return rounds.stream().map(RaceRound::elapsed).reduce(Duration.ZERO, Duration::plus);
    }

    @Override
    public RaceResult<T> requireNoFailure() {
        RaceOutcomes.super.requireNoFailure();
        return this;
    }
}
