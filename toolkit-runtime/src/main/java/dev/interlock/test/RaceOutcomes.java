package dev.interlock.test;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** What the calls of a race or of one round of it came to. Immutable. */
public sealed interface RaceOutcomes<T extends @Nullable Object> permits RaceResult, RaceRound {

    /** One for every call, by round, caller and call, whichever ended first. */
    List<RaceOutcome<T>> outcomes();

    /** What repeats the numbers that the callers drew: {@link Race#seed}. */
    long seed();

    /** From the beginning of the first call to the end of the last, without what comes before and after; of several rounds the sum. */
    Duration elapsed();

    /** What the calls returned that returned, in the order of {@link #outcomes()}. */
    default List<T> values() {
        return returned().map(RaceOutcome.Returned::value).toList();
    }

    /** What the calls threw that threw, in the order of {@link #outcomes()}. */
    default List<Throwable> failures() {
        return thrown().map(RaceOutcome.Thrown::failure).toList();
    }

    /** Failures of one type and its subtypes. */
    default <E extends Throwable> List<E> failures(Class<E> type) {
        return thrown().map(RaceOutcome.Thrown::failure)
                .filter(type::isInstance)
                .map(type::cast)
                .toList();
    }

    /** How many calls returned. */
    default long countReturned() {
        return returned().count();
    }

    /** How many calls threw. */
    default long countThrown() {
        return thrown().count();
    }

    /**
     * Returns this if every call returned.
     *
     * @throws AssertionError if one did not; it tells who failed and the seed, its cause is the first failure, and the next ones are
     *     suppressed
     */
    default RaceOutcomes<T> requireNoFailure() {
        if (countThrown() > 0) {
            throw RaceFailures.of(this);
        }
        return this;
    }

    /**
     * The latency which that share of the calls did not exceed, by nearest rank: always one that was measured. Calls that threw count,
     * since they waited too.
     *
     * @param percentile more than 0, at most 100
     */
    default Duration latency(double percentile) {
        if (!(percentile > 0 && percentile <= 100)) {
            throw new IllegalArgumentException("A percentile is more than 0 and at most 100, not " + percentile);
        }
        List<Duration> sorted =
                outcomes().stream().map(RaceOutcome::latency).sorted().toList();
        // In decimal, because 99.9 % of 1000 in binary may come out above 999.
        int rank = BigDecimal.valueOf(percentile)
                .multiply(BigDecimal.valueOf(sorted.size()))
                .movePointLeft(2)
                .setScale(0, RoundingMode.CEILING)
                .intValueExact();
        return sorted.get(rank - 1);
    }

    private Stream<RaceOutcome.Returned<T>> returned() {
        return outcomes().stream()
                .filter(RaceOutcome.Returned.class::isInstance)
                .map(outcome -> (RaceOutcome.Returned<T>) outcome);
    }

    private Stream<RaceOutcome.Thrown<T>> thrown() {
        return outcomes().stream().filter(RaceOutcome.Thrown.class::isInstance).map(outcome ->
                (RaceOutcome.Thrown<T>) outcome);
    }
}
