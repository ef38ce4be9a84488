package dev.interlock.idempotency;

import dev.interlock.InterlockException;
import org.jspecify.annotations.Nullable;

/**
 * The outcome of an earlier call is recorded and cannot be read: of another format, of another type than the method now
 * declares, or damaged. Nothing was executed.
 */
public final class StoredOutcomeException extends InterlockException {

    private static final long serialVersionUID = 1;

    StoredOutcomeException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
