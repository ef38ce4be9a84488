package dev.interlock.lock;

import dev.interlock.guard.Clock;
import dev.interlock.guard.GuardStep;
import dev.interlock.guard.GuardedCall;
import dev.interlock.guard.ReturnShape;
import org.jspecify.annotations.Nullable;

/**
 * Holds the locks of a backend around the inner layers: taken before any transaction of the method begins, released after the
 * method, its stage and any surrounding transaction have ended.
 */
final class HeldLockStep implements GuardStep.Advice {

    private final LockDefinition definition;
    private final Acquirer acquirer;

    HeldLockStep(LockDefinition definition, Clock clock) {
        this.definition = definition;
        this.acquirer = new Acquirer(definition.terms(), definition.space(), clock);
    }

    @Override
    public @Nullable Object around(GuardedCall call, GuardStep.Next next) throws Throwable {
        HeldLocks held = acquirer.acquire(definition.keys(call));
        GuardedCall inner = definition.isFenced() ? call.carrying(definition, held) : call;
        return LockedSection.run(held, definition.shape() == ReturnShape.STAGE, () -> next.proceed(inner));
    }
}
