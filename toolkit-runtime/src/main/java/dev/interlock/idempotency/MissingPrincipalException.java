package dev.interlock.idempotency;

import dev.interlock.InterlockException;

/**
 * The key belongs to the caller, and nobody knows who that is. Nothing was executed.
 */
public final class MissingPrincipalException extends InterlockException {

    private static final long serialVersionUID = 1;

    MissingPrincipalException(String message) {
        super(message);
    }
}
