package dev.interlock.retry;

import dev.interlock.InterlockException;

/**
 * COMMIT was sent, and the answer does not tell whether it was carried out: the effects are all there, or none of them is.
 * Never retried. Read what the transaction would have written, or make the call idempotent, before it is repeated.
 */
public final class IndeterminateOutcomeException extends InterlockException {

    private static final long serialVersionUID = 1;

    public IndeterminateOutcomeException(String message, Throwable cause) {
        super(message, cause);
    }
}
