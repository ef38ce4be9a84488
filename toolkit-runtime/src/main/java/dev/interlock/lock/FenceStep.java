package dev.interlock.lock;

import dev.interlock.guard.GuardStep;
import dev.interlock.guard.GuardedCall;
import org.jspecify.annotations.Nullable;

/** Claims the fences of the call's locks as the first statement of its transaction. */
final class FenceStep implements GuardStep.Advice {

    private final LockDefinition definition;
    private final FenceClaim claim;

    FenceStep(LockDefinition definition, FenceClaim claim) {
        this.definition = definition;
        this.claim = claim;
    }

    @Override
    public @Nullable Object around(GuardedCall call, GuardStep.Next next) throws Throwable {
        HeldLocks held = (HeldLocks) call.carried(definition);
        if (held == null) {
            throw new IllegalStateException("Lock '" + definition.name() + "' is not held; its outer layer is missing");
        }
        claim.claim(held);
        return next.proceed(call);
    }
}
