package dev.interlock.guard;

import java.util.List;

/** What one guarded call on the stack holds; several holds where it locks several keys. */
public interface ChainFrame {

    /** The holds of this call, in the order they were taken. */
    List<? extends ChainHold> holds();

    /** A transaction that began inside this call, on its thread, has ended. */
    default void transactionEnded(TransactionScope.Outcome outcome) {}
}
