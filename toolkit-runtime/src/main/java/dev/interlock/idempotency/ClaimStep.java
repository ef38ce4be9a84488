package dev.interlock.idempotency;

import dev.interlock.guard.GuardStep;
import dev.interlock.guard.GuardedCall;
import org.jspecify.annotations.Nullable;

/** The inner layer of transactional calls: claim, body and record in one transaction. */
final class ClaimStep implements GuardStep.Advice {

    private final IdempotencyDefinition definition;
    private final TransactionalCalls calls;
    private final CallTransaction transaction;

    ClaimStep(IdempotencyDefinition definition, TransactionalCalls calls, CallTransaction transaction) {
        this.definition = definition;
        this.calls = calls;
        this.transaction = transaction;
    }

    @Override
    public @Nullable Object around(GuardedCall call, GuardStep.Next next) throws Throwable {
        return calls.execute(Execution.of(call, definition), transaction, () -> next.proceed(call));
    }
}
