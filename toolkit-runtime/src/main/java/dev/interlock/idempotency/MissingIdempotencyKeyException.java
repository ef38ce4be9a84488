package dev.interlock.idempotency;

import dev.interlock.InterlockException;

/**
 * The call has no key of its own, so the {@code Idempotency-Key} header of a request is needed, and there is none that it may
 * use. Nothing was executed.
 */
public final class MissingIdempotencyKeyException extends InterlockException {

    private static final long serialVersionUID = 1;

    MissingIdempotencyKeyException(String message) {
        super(message);
    }
}
