package dev.interlock.idempotency;

import dev.interlock.guard.Clock;
import java.time.Duration;
import java.util.Arrays;

/**
 * A completed call as it is known in this process.
 *
 * @param fingerprint of the arguments, empty for none; not to be changed
 * @param expiresNanos when the record expires at the earliest, on the monotonic clock
 */
public record Completed(StoredOutcome outcome, byte[] fingerprint, long expiresNanos) {

    /**
     * @param askedNanos when the store was asked, so that the time on the way shortens the life
     * @param remaining what the store said the record has left to live
     */
    public static Completed of(StoredOutcome outcome, byte[] fingerprint, long askedNanos, Duration remaining) {
        return new Completed(outcome, fingerprint, askedNanos + remaining.toNanos());
    }

    /** Whether the record was made by a call with the same arguments, as far as both were told. */
    boolean isOf(byte[] other) {
        return fingerprint.length == 0 || other.length == 0 || Arrays.equals(fingerprint, other);
    }

    boolean isAlive(Clock clock) {
        return expiresNanos - clock.nanoTime() > 0;
    }
}
