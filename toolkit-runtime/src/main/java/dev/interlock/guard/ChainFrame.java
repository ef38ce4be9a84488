package dev.interlock.guard;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What one guarded call on the stack holds; several holds where it locks several keys. A link of the {@link CallChain}:
 * entered once, and left by the thread that entered it.
 */
public abstract class ChainFrame {

    /** Where the thread keeps its innermost frame. */
    private @Nullable Object @Nullable [] cell;

    /** The frame around this one. */
    private @Nullable ChainFrame outer;

    /** The holds of this call, in the order they were taken. */
    public abstract List<? extends ChainHold> holds();

    /** A transaction that began inside this call, on its thread, has ended. */
    public void transactionEnded(TransactionScope.Outcome outcome) {}

    /** Puts this call on top of the thread's chain. */
    public final void enter() {
        @Nullable Object[] own = CallChain.cell();
        cell = own;
        outer = (ChainFrame) own[0];
        own[0] = this;
    }

    /** Takes this call, the innermost one, from the chain. */
    public final void exit() {
        @Nullable Object[] own = cell;
        if (own == null || own[0] != this) {
            throw new IllegalStateException("Calls leave the chain in the opposite order of that they entered it in");
        }
        restore(own, outer);
        cell = null;
        outer = null;
    }

    /** Makes the frame the innermost one, unless it holds nothing and never will again. */
    static void restore(@Nullable Object[] cell, @Nullable ChainFrame frame) {
        cell[0] = frame != null && frame.isOver() ? null : frame;
    }

    /** Whether this stands for no call and nothing else. */
    boolean isOver() {
        return false;
    }

    final @Nullable ChainFrame outer() {
        return outer;
    }

    /** Puts a frame under this one, the outermost. */
    final void putUnder(ChainFrame frame) {
        outer = frame;
    }
}
