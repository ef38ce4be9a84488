package dev.interlock.jdbc;

import dev.interlock.InterlockException;
import java.util.OptionalLong;

/**
 * The version that the client supplied is not the current one: somebody else changed the row since the client read it. Never
 * retried, since every attempt would find the same; the client has to read again and decide.
 */
public final class StaleVersionException extends InterlockException {

    private static final long serialVersionUID = 1;

    private final boolean known;
    private final long current;

    public StaleVersionException(String message) {
        super(message);
        this.known = false;
        this.current = 0;
    }

    /** @param current version of the row now */
    public StaleVersionException(String message, long current) {
        super(message);
        this.known = true;
        this.current = current;
    }

    /** The version of the row when the call found it changed; empty if nobody told. */
    public OptionalLong currentVersion() {
        return known ? OptionalLong.of(current) : OptionalLong.empty();
    }
}
