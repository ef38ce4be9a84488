package dev.interlock.lock;

import dev.interlock.InterlockException;

/**
 * A transaction came too late: its holder was overtaken, and a newer holder of the lock has committed. The transaction is
 * rolled back; the call may be repeated.
 */
public final class StaleHolderException extends InterlockException {

    private final String lockName;

    StaleHolderException(String lockName, String message) {
        super(message);
        this.lockName = lockName;
    }

    /** The annotation's {@code name}. */
    public String lockName() {
        return lockName;
    }
}
