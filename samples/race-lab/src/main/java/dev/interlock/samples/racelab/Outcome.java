package dev.interlock.samples.racelab;

import dev.interlock.InterlockException;

/** How one call ended for its caller. */
sealed interface Outcome {

    record Acknowledged(long value) implements Outcome {}

    /** The guard said no. */
    record Refused(String reason) implements Outcome {}

    record Failed(String reason) implements Outcome {}

    static Outcome of(RuntimeException thrown) {
        return thrown instanceof InterlockException ? new Refused(thrown.toString()) : new Failed(thrown.toString());
    }
}
