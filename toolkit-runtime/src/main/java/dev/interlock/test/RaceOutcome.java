package dev.interlock.test;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** How one call of a {@link Race} ended for its caller, and when. */
public sealed interface RaceOutcome<T extends @Nullable Object> {

    /** The call returned, with {@code null} if it returns nothing. */
    record Returned<T extends @Nullable Object>(
            T value, int round, int caller, int call, Duration start, Duration latency) implements RaceOutcome<T> {}

    /** The call threw; an {@link Error} is a failure like any other. */
    record Thrown<T extends @Nullable Object>(
            Throwable failure, int round, int caller, int call, Duration start, Duration latency)
            implements RaceOutcome<T> {}

    /** The round, from 1. */
    int round();

    /** The caller, from 0. */
    int caller();

    /** Which of the caller's calls in this round, from 0. */
    int call();

    /** From the moment when the callers of the round were let go to the beginning of the call. */
    Duration start();

    /** From the beginning of the call to its end. */
    Duration latency();

    /** From the moment when the callers of the round were let go to the end of the call. */
    default Duration end() {
        return start().plus(latency());
    }
}
