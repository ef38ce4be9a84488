package dev.interlock.lock;

import dev.interlock.annotation.LockScope;
import dev.interlock.guard.Clock;
import dev.interlock.guard.GuardDefinition;
import dev.interlock.guard.GuardStage;
import dev.interlock.guard.GuardStep;
import dev.interlock.guard.GuardedCall;
import dev.interlock.guard.ReturnShape;
import dev.interlock.guard.UnavailablePolicy;
import dev.interlock.key.KeyExpression;
import dev.interlock.key.LockKey;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A lock annotation of one method, parsed and checked: which locks of which space, how they are held, what they belong to. */
public final class LockDefinition implements GuardDefinition {

    private final LockTerms terms;
    private final KeyExpression key;
    private final LockSpace space;
    private final LockScope scope;
    private final @Nullable FenceStore fences;
    private final ReturnShape shape;
    private final UnavailablePolicy unavailable;
    private final String description;

    /**
     * @param scope {@code TRANSACTION} or {@code SESSION}, never {@code AUTO}; a mutex is held like a session lock
     * @param fences where the method's transaction claims its token, or {@code null}
     * @param description what the other values do not tell, for the printed plan
     */
    LockDefinition(
            LockTerms terms,
            KeyExpression key,
            LockSpace space,
            LockScope scope,
            @Nullable FenceStore fences,
            ReturnShape shape,
            UnavailablePolicy unavailable,
            String description) {
        this.terms = terms.refusedBy(this);
        this.key = key;
        this.space = space;
        this.scope = scope;
        this.fences = fences;
        this.shape = shape;
        this.unavailable = unavailable;
        this.description = description;
    }

    @Override
    public String name() {
        return terms.name();
    }

    @Override
    public UnavailablePolicy unavailable() {
        return unavailable;
    }

    LockTerms terms() {
        return terms;
    }

    LockSpace space() {
        return space;
    }

    ReturnShape shape() {
        return shape;
    }

    boolean isFenced() {
        return fences != null;
    }

    /** The keys of one call, each once, in the order all callers share. */
    List<LockKey> keys(GuardedCall call) {
        return key.evaluateAll(call.arguments());
    }

    /** @param outer the stage of what stands outside the transaction */
    List<GuardStep> steps(GuardStage outer, String what, Clock clock) {
        if (scope == LockScope.TRANSACTION) {
            TransactionLockSteps steps = new TransactionLockSteps(this, clock);
            return List.of(
                    new GuardStep(outer, describe("turn for " + what), steps::takeTurn),
                    new GuardStep(GuardStage.ADVISORY_TRANSACTION_LOCK, what + " '" + name() + "'", steps::lock));
        }
        GuardStep hold = new GuardStep(outer, describe(what), new HeldLockStep(this, clock));
        return fences == null
                ? List.of(hold)
                : List.of(
                        hold,
                        new GuardStep(
                                GuardStage.FENCE,
                                "fence of " + what + " '" + name() + "'",
                                new FenceStep(this, new FenceClaim(fences, clock))));
    }

    private String describe(String what) {
        return what + " '" + name() + "' key=[" + key + "] " + description + " waitTime="
                + LockMessages.text(terms.waitTime());
    }
}
