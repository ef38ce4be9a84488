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

    /** @param deadline when the wait that began at the gate ends */
    TransactionTurn(HeldLocks turns, Deadline deadline) {
        this.turns = turns;
        this.outside = TransactionScope.active();
        this.deadline = deadline;
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

    void waitUntil(@Nullable Deadline end) {
        this.deadline = end;
    }
}
