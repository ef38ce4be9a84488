package dev.interlock.idempotency;

import dev.interlock.guard.GuardStep;
import dev.interlock.guard.GuardedCall;
import org.jspecify.annotations.Nullable;

/**
 * The layer between a retry and the transaction of an attempt. An attempt may fail before it asks for the claim, and must not
 * be taken for the one before then.
 */
final class AttemptStep implements GuardStep.Advice {

    private final IdempotencyDefinition definition;

    AttemptStep(IdempotencyDefinition definition) {
        this.definition = definition;
    }

    @Override
    public @Nullable Object around(GuardedCall call, GuardStep.Next next) throws Throwable {
        Execution.of(call, definition).beginsAttempt();
        return next.proceed(call);
    }
}
