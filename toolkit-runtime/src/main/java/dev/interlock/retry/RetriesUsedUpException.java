package dev.interlock.retry;

import dev.interlock.guard.GuardUnavailableException;

/** On its way to the fallback, which is told the conflict itself. Never reaches a caller. */
final class RetriesUsedUpException extends GuardUnavailableException {

    private static final long serialVersionUID = 1;

    private final Throwable conflict;

    RetriesUsedUpException(RetryDefinition definition, Throwable conflict) {
        super(definition, "the retries are used up", conflict);
        this.conflict = conflict;
    }

    @Override
    protected Throwable told() {
        return conflict;
    }
}
