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
        Execution execution = (Execution) call.carried(definition);
        if (execution == null) {
            throw new IllegalStateException(
                    "The idempotent call '" + definition.name() + "' has no execution; its outer layer is missing");
        }
        return calls.execute(execution, transaction, () -> next.proceed(call));
    }
}
