package dev.interlock.test;

import java.time.Duration;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * How a race is to be run.
 *
 * @param together whether callers meet before each call and not only before the first
 * @param seed none: each run draws its own
 */
record RacePlan(
        int callers,
        int rounds,
        int callsEach,
        boolean together,
        @Nullable Function<? super Caller, Duration> pause,
        @Nullable Long seed,
        Duration timeout,
        Race.Before before,
        Race.After after) {

    static RacePlan of(int callers) {
        return new RacePlan(callers, 1, 1, false, null, null, Duration.ofMinutes(2), round -> {}, round -> {});
    }

    RacePlan withRounds(int rounds) {
        return new RacePlan(callers, rounds, callsEach, together, pause, seed, timeout, before, after);
    }

    RacePlan withCallsEach(int callsEach) {
        return new RacePlan(callers, rounds, callsEach, together, pause, seed, timeout, before, after);
    }

    RacePlan withMeetings() {
        return new RacePlan(callers, rounds, callsEach, true, pause, seed, timeout, before, after);
    }

    RacePlan withPause(Function<? super Caller, Duration> pause) {
        return new RacePlan(callers, rounds, callsEach, together, pause, seed, timeout, before, after);
    }

    RacePlan withSeed(long seed) {
        return new RacePlan(callers, rounds, callsEach, together, pause, seed, timeout, before, after);
    }

    RacePlan withTimeout(Duration timeout) {
        return new RacePlan(callers, rounds, callsEach, together, pause, seed, timeout, before, after);
    }

    RacePlan withBefore(Race.Before before) {
        return new RacePlan(callers, rounds, callsEach, together, pause, seed, timeout, before, after);
    }

    RacePlan withAfter(Race.After after) {
        return new RacePlan(callers, rounds, callsEach, together, pause, seed, timeout, before, after);
    }
}
