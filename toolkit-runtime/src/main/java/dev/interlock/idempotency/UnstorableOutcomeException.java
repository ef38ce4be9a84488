package dev.interlock.idempotency;

import dev.interlock.InterlockException;
import org.jspecify.annotations.Nullable;

/**
 * What the call returned cannot be kept: too large, or no JSON that reads back as the declared type. Where the record commits
 * with the effect, both were rolled back. Otherwise the effect is there, and every later call with the key gets this too.
 */
public final class UnstorableOutcomeException extends InterlockException {

    private static final long serialVersionUID = 1;

    UnstorableOutcomeException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
