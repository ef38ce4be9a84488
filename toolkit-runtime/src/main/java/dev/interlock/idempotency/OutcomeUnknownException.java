package dev.interlock.idempotency;

import dev.interlock.InterlockException;
import org.jspecify.annotations.Nullable;

/**
 * Nobody can tell whether the call had its effect, and it will not be repeated: an earlier holder of the key went away after
 * it had begun, or this one lost its lease before its outcome was recorded. Find out and resolve the record, or ask again if
 * another holder is still at work.
 */
public final class OutcomeUnknownException extends InterlockException {

    private static final long serialVersionUID = 1;

    OutcomeUnknownException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
