package dev.interlock.lock;

import dev.interlock.guard.Clock;
import dev.interlock.guard.Deadline;
import dev.interlock.guard.GuardStep;
import dev.interlock.guard.GuardedCall;
import dev.interlock.guard.TransactionScope;
import dev.interlock.lock.FenceStore.Claim;
import dev.interlock.lock.FenceStore.Fence;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Claims the fences of the call's locks as the first statement of its transaction.
 *
 * <p>A holder that was overtaken, whether it knows or not, finds a newer token and is rolled back before its first
 * statement. One that claims in time keeps the fences locked to the end of its transaction, so a newer holder waits there for
 * the commit and then sees it. Effects of all holders are thereby in the order of their tokens, whatever becomes of the
 * locks.
 */
final class FenceStep implements GuardStep.Advice {

    private final LockDefinition definition;
    private final FenceStore store;
    private final Clock clock;

    FenceStep(LockDefinition definition, FenceStore store, Clock clock) {
        this.definition = definition;
        this.store = store;
        this.clock = clock;
    }

    @Override
    public @Nullable Object around(GuardedCall call, GuardStep.Next next) throws Throwable {
        FencedCall fenced = (FencedCall) call.carried(definition);
        if (fenced == null) {
            throw new IllegalStateException("Lock '" + definition.name() + "' is not held; its outer layer is missing");
        }
        List<Hold> unclaimed = new ArrayList<>(1);
        for (Hold hold : fenced.held().holds()) {
            if (!hold.isOfTransaction() && !hold.isClaimed()) {
                unclaimed.add(hold);
            }
        }
        if (!unclaimed.isEmpty()) {
            claim(unclaimed, fenced.outside());
        }
        return next.proceed(call);
    }

    private void claim(List<Hold> holds, @Nullable TransactionScope outside) {
        Hold first = holds.get(0);
        TransactionScope transaction = TransactionScope.active();
        if (transaction == null) {
            throw LockMessages.refused(first.target().key(), "there is no transaction to claim its fence in", null);
        }
        List<Fence> fences = new ArrayList<>(holds.size());
        holds.forEach(hold -> fences.add(fence(hold)));
        Claim claim;
        try {
            claim = store.claim(fences, Deadline.after(clock, definition.terms().waitTime()), transaction == outside);
        } catch (InterruptedException interrupt) {
            throw LockMessages.interrupted(first.target().key(), interrupt);
        }
        if (claim instanceof Claim.Claimed) {
            holds.forEach(hold -> hold.claimedIn(transaction));
        } else {
            throw failure(claim, holds, fences);
        }
    }

    private static Fence fence(Hold hold) {
        long token = hold.token()
                .orElseThrow(() -> new LockLostException(
                        "Lock " + hold.target().key()
                                + " was lost before its transaction could claim the fence; the transaction is rolled back",
                        LockLostException.Effects.ROLLED_BACK));
        return new Fence(
                hold.target().space().session().name(), hold.target().key().id(), token);
    }

    private RuntimeException failure(Claim claim, List<Hold> holds, List<Fence> fences) {
        LockTarget first = holds.get(0).target();
        if (claim instanceof Claim.Stale stale) {
            LockTarget overtaken = holds.get(fences.indexOf(stale.fence())).target();
            return new StaleHolderException(
                    definition.name(),
                    "Lock " + overtaken.key() + ": a newer holder has committed than the one with fencing token "
                            + stale.fence().token() + "; the transaction is rolled back, repeat the call");
        }
        if (claim instanceof Claim.Impossible impossible) {
            return LockMessages.refused(first.key(), impossible.reason(), impossible.cause());
        }
        return LockMessages.unavailable(
                definition.terms(),
                first,
                "the transaction of an earlier holder has not ended and keeps its fence",
                null);
    }
}
