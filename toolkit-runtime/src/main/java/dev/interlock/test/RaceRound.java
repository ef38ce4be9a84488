package dev.interlock.test;

import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One round of a {@link Race}.
 *
 * @param number the round, from 1
 */
public record RaceRound<T extends @Nullable Object>(int number, long seed, List<RaceOutcome<T>> outcomes)
        implements RaceOutcomes<T> {

    public RaceRound {
        outcomes = List.copyOf(outcomes);
    }

    @Override
    public Duration elapsed() {
        Duration first = outcomes.stream()
                .map(RaceOutcome::start)
                .min(Duration::compareTo)
                .orElse(Duration.ZERO);
        Duration last =
                outcomes.stream().map(RaceOutcome::end).max(Duration::compareTo).orElse(Duration.ZERO);
        return last.minus(first);
    }

    @Override
    public RaceRound<T> requireNoFailure() {
        RaceOutcomes.super.requireNoFailure();
        return this;
    }
}
