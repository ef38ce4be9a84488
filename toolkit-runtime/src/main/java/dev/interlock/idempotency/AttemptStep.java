package dev.interlock.idempotency;

import dev.interlock.guard.GuardStep;
import dev.interlock.guard.GuardedCall;
import org.jspecify.annotations.Nullable;

/**
 * The layer between a retry and the transaction of an attempt. An attempt that fails before it asks for the claim must not be
 * taken for the one before it, and its failure has to be seen before the retry adds those of former attempts to it.
 */
final class AttemptStep implements GuardStep.Advice {

    private final IdempotencyDefinition definition;

    AttemptStep(IdempotencyDefinition definition) {
        this.definition = definition;
    }

    @Override
    public @Nullable Object around(GuardedCall call, GuardStep.Next next) throws Throwable {
        Execution execution = Execution.of(call, definition);
        execution.beginsAttempt();
        try {
            return next.proceed(call);
        } catch (Throwable failure) {
            execution.attemptFailed(failure);
            throw failure;
        }
    }
}
