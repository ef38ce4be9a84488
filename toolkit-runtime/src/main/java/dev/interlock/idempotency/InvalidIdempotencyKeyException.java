package dev.interlock.idempotency;

import dev.interlock.InterlockException;

/**
 * The {@code Idempotency-Key} header of the request is no key. Nothing was executed.
 */
public final class InvalidIdempotencyKeyException extends InterlockException {

    private static final long serialVersionUID = 1;

    /** @param message tells the rule, not the value */
    public InvalidIdempotencyKeyException(String message) {
        super(message);
    }
}
