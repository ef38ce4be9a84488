package dev.interlock.retry;

import dev.interlock.annotation.Conflict;
import dev.interlock.guard.CallChain;
import java.util.Optional;

/** Which attempt of a retried call the running code belongs to. */
public interface RetryContext {

    /**
     * The attempt of the call that this thread runs.
     *
     * @throws IllegalStateException if this code is not retried; as inside a transaction of the caller, where the body runs once
     */
    static RetryContext current() {
        Attempts attempts = CallChain.innermost(Attempts.class, Attempts.ANY);
        if (attempts == null) {
            throw new IllegalStateException(
                    "This code is not part of an attempt; call it inside a method with @RetryOnConflict or inside"
                            + " ConflictRetry, and outside a transaction of the caller");
        }
        return attempts;
    }

    /** The number of this attempt, 1 for the first. */
    int attempt();

    /** What the former attempt failed with; empty during the first. */
    Optional<Conflict> lastConflict();
}
