package dev.interlock.idempotency;

import dev.interlock.InterlockException;

/**
 * The key was used before with other arguments. Nothing was executed. Repeat a call with the arguments of the first, or use a
 * key of its own for each operation.
 */
public final class IdempotencyKeyReusedException extends InterlockException {

    private static final long serialVersionUID = 1;

    IdempotencyKeyReusedException(String message) {
        super(message);
    }
}
