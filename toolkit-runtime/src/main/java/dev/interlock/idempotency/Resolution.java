package dev.interlock.idempotency;

import java.time.Duration;

/** What somebody found out about a held call. */
public sealed interface Resolution {

    /** It had no effect: the next call with the key runs. */
    record Repeat() implements Resolution {}

    /**
     * It had its effect, and this is its outcome.
     *
     * @param ttl how long from now the outcome is remembered
     */
    record Complete(StoredOutcome outcome, Duration ttl) implements Resolution {}
}
