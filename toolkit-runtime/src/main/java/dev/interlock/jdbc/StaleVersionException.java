package dev.interlock.jdbc;

import dev.interlock.InterlockException;

/**
 * The version that the client supplied is not the current one: somebody else changed the row since the client read it. Never
 * retried, since every attempt would find the same; the client has to read again and decide.
 */
public final class StaleVersionException extends InterlockException {

    private static final long serialVersionUID = 1;

    public StaleVersionException(String message) {
        super(message);
    }
}
