package dev.interlock.queue;

import dev.interlock.InterlockException;

/**
 * A job was to be ended by somebody who has lost it: the lease of the process ran out while it stood still, and the job went to
 * another. The transaction is rolled back, so nothing of the late attempt remains.
 */
public final class ClaimLostException extends InterlockException {

    private static final long serialVersionUID = 1L;

    ClaimLostException(String what) {
        super(what
                + " is not this attempt's any more: the lease of its process ran out, and it went to another; what this"
                + " attempt wrote in its transaction is rolled back");
    }
}
