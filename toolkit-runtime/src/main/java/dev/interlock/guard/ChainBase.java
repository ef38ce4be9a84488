package dev.interlock.guard;

import dev.interlock.guard.CallChain.Foreign;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The outermost frame of a chain that has more than calls: holds bound to a transaction, or what was handed over. */
final class ChainBase extends ChainFrame {

    private final @Nullable Object[] cell;
    private final Foreign foreign;
    private final List<ChainHold> bound = new ArrayList<>(4);

    /** @param cell of this thread */
    ChainBase(@Nullable Object[] cell, Foreign foreign) {
        this.cell = cell;
        this.foreign = foreign;
    }

    Foreign foreign() {
        return foreign;
    }

    /** Those bound to a transaction. */
    @Override
    public List<ChainHold> holds() {
        return bound;
    }

    void bind(ChainHold hold) {
        bound.add(hold);
    }

    void unbind(ChainHold hold) {
        for (int i = bound.size() - 1; i >= 0; i--) {
            if (bound.get(i) == hold) {
                bound.remove(i);
                break;
            }
        }
        if (isOver() && cell[0] == this) {
            cell[0] = null;
        }
    }

    @Override
    boolean isOver() {
        return bound.isEmpty() && foreign.isEmpty();
    }
}
