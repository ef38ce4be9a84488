package dev.interlock.lock;

import dev.interlock.guard.Deadline;
import dev.interlock.guard.TransactionScope;
import org.jspecify.annotations.Nullable;

/**
 * The way of one call from its turns at the gate to its locks in the transaction. Confined to the thread of the call.
 */
final class TransactionTurn {

    private final HeldLocks turns;
    private final @Nullable TransactionScope outside;
    private @Nullable Deadline deadline;
    private LockMeters.@Nullable Asking asking;

    /**
     * @param deadline when the wait that began at the gate ends
     * @param asking which is measured since then; {@code null} if nobody listens
     */
    TransactionTurn(HeldLocks turns, Deadline deadline, LockMeters.@Nullable Asking asking) {
        this.turns = turns;
        this.outside = TransactionScope.active();
        this.deadline = deadline;
        this.asking = asking;
    }

    HeldLocks turns() {
        return turns;
    }

    /** Whether the transaction is the caller's and not one that the pipeline opened for this call. */
    boolean isJoined(TransactionScope transaction) {
        return transaction == outside;
    }

    /** When the present wait ends, or {@code null} between an attempt that got its locks and the next one. */
    @Nullable
    Deadline deadline() {
        return deadline;
    }

    /** Another attempt waits for its locks. */
    void waits(Deadline end, LockMeters.@Nullable Asking anew) {
        deadline = end;
        asking = anew;
    }

    /** The present attempt has its locks. */
    void got(boolean fresh) {
        deadline = null;
        if (asking != null) {
            asking.gotInTransaction(fresh);
            asking = null;
        }
    }

    /** The call failed; if it had its locks, that tells nothing about them. */
    void failed(Throwable failure) {
        if (asking != null) {
            asking.failed(failure);
            asking = null;
        }
    }
}
