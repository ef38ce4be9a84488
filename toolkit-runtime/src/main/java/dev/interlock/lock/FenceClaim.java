package dev.interlock.lock;

import dev.interlock.guard.Clock;
import dev.interlock.guard.Deadline;
import dev.interlock.guard.TransactionScope;
import dev.interlock.lock.FenceStore.Claim;
import dev.interlock.lock.FenceStore.Fence;
import dev.interlock.lock.FenceStore.Token;
import java.util.ArrayList;
import java.util.List;

/**
 * Claims the fences of locks in the active transaction.
 *
 * <p>A holder that was overtaken, whether it knows or not, finds a newer token and is rolled back. One that claims in time
 * keeps the fences locked to the end of its transaction, so a newer holder waits there for the commit and then sees it.
 * Effects of all holders are thereby in the order of their tokens, whatever becomes of the locks.
 *
 * @param store of the transaction's database
 */
record FenceClaim(FenceStore store, Clock clock) {

    /**
     * Claims what no active transaction of this chain has claimed yet.
     *
     * @throws StaleHolderException if a newer holder has committed
     * @throws LockNotAcquiredException if an earlier holder's transaction keeps a fence beyond the wait time
     * @throws LockLostException if a lock was lost before its token was drawn
     */
    void claim(HeldLocks held) {
        List<Hold> unclaimed = new ArrayList<>(held.holds().size());
        for (Hold hold : held.holds()) {
            if (!hold.isOfTransaction() && !hold.isClaimed()) {
                unclaimed.add(hold);
            }
        }
        if (!unclaimed.isEmpty()) {
            claim(unclaimed, held.terms());
        }
    }

    private void claim(List<Hold> holds, LockTerms terms) {
        LockTarget first = holds.get(0).target();
        TransactionScope transaction = TransactionScope.active();
        if (transaction == null) {
            throw LockMessages.refused(first.key(), "there is no transaction to claim its fence in", null);
        }
        List<Fence> fences = new ArrayList<>(holds.size());
        holds.forEach(hold -> fences.add(fence(hold)));
        Claim claim;
        try {
            claim = store.claim(fences, Deadline.after(clock, terms.waitTime()));
        } catch (InterruptedException interrupt) {
            throw LockMessages.interrupted(first.key(), interrupt);
        }
        if (!(claim instanceof Claim.Claimed claimed)) {
            throw failure(claim, holds, fences, terms);
        }
        for (int i = 0; i < holds.size(); i++) {
            Hold hold = holds.get(i);
            if (!hold.claimedIn(transaction, claimed.tokens().get(i))) {
                throw lost(hold);
            }
        }
    }

    private static Fence fence(Hold hold) {
        LockTarget target = hold.target();
        return new Fence(
                target.space().session().name(),
                target.key().id(),
                hold.tokenToClaim().orElseThrow(() -> lost(hold)));
    }

    private static LockLostException lost(Hold hold) {
        return new LockLostException(
                "Lock " + hold.target().key()
                        + " was lost before its transaction could claim the fence; the transaction is rolled back",
                LockLostException.Effects.ROLLED_BACK);
    }

    private static String describe(Token token) {
        return token instanceof Token.Drawn drawn
                ? "fencing token " + drawn.value()
                : "a token drawn just now, so the sequence of tokens was set back";
    }

    private static RuntimeException failure(Claim claim, List<Hold> holds, List<Fence> fences, LockTerms terms) {
        LockTarget first = holds.get(0).target();
        if (claim instanceof Claim.Stale stale) {
            LockTarget overtaken = holds.get(fences.indexOf(stale.fence())).target();
            LockMeters meters = overtaken.space().meters(terms.name());
            if (meters != null) {
                meters.fenceRejected();
            }
            return new StaleHolderException(
                    terms.name(),
                    "Lock " + overtaken.key() + ": a newer holder has committed than the one with "
                            + describe(stale.fence().token()) + "; the transaction is rolled back, repeat the call");
        }
        if (claim instanceof Claim.Impossible impossible) {
            return LockMessages.refused(first.key(), impossible.reason(), impossible.cause());
        }
        return LockMessages.unavailable(
                terms, first, "the transaction of an earlier holder has not ended and keeps its fence", null);
    }
}
