package dev.interlock.idempotency;

import dev.interlock.InterlockException;

/** Takes a call out of the transaction that it found its key claimed in, so that it waits without one. Never seen outside. */
final class ClaimBusyException extends InterlockException {

    private static final long serialVersionUID = 1;

    private final transient Execution execution;

    ClaimBusyException(Execution execution) {
        super("The key is claimed by another transaction");
        this.execution = execution;
    }

    boolean isOf(Execution other) {
        return execution == other;
    }

    @Override
    public synchronized Throwable fillInStackTrace() {
        return this;
    }
}
