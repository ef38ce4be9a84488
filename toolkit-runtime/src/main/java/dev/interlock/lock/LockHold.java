package dev.interlock.lock;

import dev.interlock.guard.CallChain;

/**
 * The lock that guards the running code: whether it still stands, and its fencing token.
 *
 * <p>A lock can be lost while its holder runs: its connection breaks, its lease ends during a pause, Redis forgets it. The
 * commit of a transaction is then vetoed by itself; this is for everything else that should stop early. Where several keys
 * are locked at once they are one hold, lost with the first of them. Thread-safe.
 */
public interface LockHold {

    /**
     * The hold of the innermost guarded call on this thread, or of the call that handed this work over with
     * {@link dev.interlock.guard.GuardContext}.
     *
     * @throws IllegalStateException if no lock guards the running code
     */
    static LockHold current() {
        HeldLocks held = CallChain.innermost(HeldLocks.class, HeldLocks::isHeld);
        if (held == null) {
            throw new IllegalStateException("No lock guards this code; call it inside a method with @AdvisoryLocked or"
                    + " @DistributedMutex, or inside LockTemplate.run");
        }
        return held;
    }

    /**
     * The innermost hold of this name.
     *
     * @param name as in the annotation
     * @throws IllegalStateException if no lock of that name guards the running code
     */
    static LockHold current(String name) {
        HeldLocks held = CallChain.innermost(
                HeldLocks.class, hold -> hold.isHeld() && hold.name().equals(name));
        if (held == null) {
            throw new IllegalStateException("No lock '" + name + "' guards this code");
        }
        return held;
    }

    /** The annotation's {@code name}. */
    String name();

    /**
     * Whether the lock is known to be lost. Asks nobody: a lease that ended is noticed at once, a broken connection or a lock
     * that Redis forgot within the heartbeat (half a second on Postgres, a third of the lease on Redis).
     */
    boolean isLost();

    /**
     * Has the listener called when the lock is lost while it is held, once, on a thread of the toolkit's own; soon if it is
     * lost already, never if it is released. What the listener throws is logged.
     */
    void onLoss(Runnable listener);

    /**
     * The fencing token of this hold: greater than that of every earlier holder of the lock, for resources that refuse
     * writers with a smaller one than they have seen. The same at every call.
     *
     * @throws IllegalStateException if the lock has none: it lives in a transaction, or {@code fencing = NONE}
     * @throws LockLostException if the lock was lost before a token could be drawn
     */
    FencingToken token();

    /**
     * Fences the active transaction, as an annotation with {@code fencing = ENFORCED} does by itself: from now on it commits
     * only if no newer holder of the lock has, and none can before it ends. To be called before the transaction reads what the
     * lock guards.
     *
     * @throws IllegalStateException if the lock has no token, or no transaction of a database with fences is active
     * @throws StaleHolderException if a newer holder has committed
     * @throws LockLostException if the lock was lost before a token could be drawn
     * @throws LockNotAcquiredException if the transaction of an earlier holder has not ended within the lock's wait time
     */
    void claimFence();
}
