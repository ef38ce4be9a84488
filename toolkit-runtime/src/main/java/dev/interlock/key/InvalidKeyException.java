package dev.interlock.key;

import dev.interlock.InterlockException;

/**
 * Thrown when a key has no legal value: a part is null, blank, of a type without canonical text, or ill-formed text, or it
 * is a collection that is empty, too large or not allowed there.
 *
 * <p>The guarded body has not run and nothing has been acquired. The message names the place, the rule and the remedy; it
 * never contains the value of the key. What a getter or a collection threw is the cause.
 */
public final class InvalidKeyException extends InterlockException {

    private static final long serialVersionUID = 1L;

    public InvalidKeyException(String message) {
        super(message);
    }

    InvalidKeyException(String message, Throwable cause) {
        super(message, cause);
    }
}
