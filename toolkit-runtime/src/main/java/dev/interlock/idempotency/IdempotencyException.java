package dev.interlock.idempotency;

import dev.interlock.InterlockException;
import org.jspecify.annotations.Nullable;

/**
 * An idempotent call was made in a way that could not work: inside its own call, inside a transaction that it cannot join, or
 * with arguments that have no encoding. Nothing was executed.
 */
public final class IdempotencyException extends InterlockException {

    private static final long serialVersionUID = 1;

    public IdempotencyException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
