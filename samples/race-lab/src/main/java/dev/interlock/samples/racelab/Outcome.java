package dev.interlock.samples.racelab;

import dev.interlock.InterlockException;
import dev.interlock.test.RaceOutcome;

/** How one call ended for its caller. */
sealed interface Outcome {

    record Acknowledged(long value) implements Outcome {}

    /** The guard said no. */
    record Refused(String reason) implements Outcome {}

    record Failed(String reason) implements Outcome {}

    static Outcome of(RaceOutcome<Long> call) {
        return call instanceof RaceOutcome.Returned<Long> returned
                ? new Acknowledged(returned.value())
                : of(((RaceOutcome.Thrown<Long>) call).failure());
    }

    static Outcome of(Throwable thrown) {
        return thrown instanceof InterlockException ? new Refused(thrown.toString()) : new Failed(thrown.toString());
    }
}
