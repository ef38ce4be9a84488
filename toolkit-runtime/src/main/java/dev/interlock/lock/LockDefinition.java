package dev.interlock.lock;

import dev.interlock.annotation.LockScope;
import dev.interlock.guard.GuardDefinition;
import dev.interlock.guard.ReturnShape;
import dev.interlock.guard.UnavailablePolicy;
import dev.interlock.key.KeyExpression;
import dev.interlock.key.LockKey;
import java.time.Duration;

/**
 * An {@code @AdvisoryLocked} of one method, parsed and checked.
 *
 * @param scope {@code TRANSACTION} or {@code SESSION}, never {@code AUTO}
 * @param chosen whether the scope was chosen for the method, from {@code AUTO}
 */
record LockDefinition(
        String name,
        KeyExpression key,
        LockScope scope,
        boolean chosen,
        Duration waitTime,
        ReturnShape shape,
        UnavailablePolicy unavailable,
        LockSpace space)
        implements GuardDefinition {

    /** Who holds the lock, asked only where somebody will read it. */
    String holder(LockKey held) {
        return unavailable instanceof UnavailablePolicy.Skip
                ? "not asked"
                : space.session().describeHolder(held);
    }

    String describe(String what) {
        return what + " '" + name + "' key=[" + key + "] scope=" + scope + (chosen ? " (from AUTO)" : "") + " waitTime="
                + LockMessages.text(waitTime);
    }
}
