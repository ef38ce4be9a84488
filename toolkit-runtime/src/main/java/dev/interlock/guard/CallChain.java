package dev.interlock.guard;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What the guarded calls of one thread hold at the moment: the frames of those on its stack, and the holds bound to one of
 * its transactions, active or suspended.
 *
 * <p><b>Invariants.</b> A frame is in the chain exactly while its call is on the stack, a hold is bound exactly while its
 * transaction has not ended. The chain is a linked list from the innermost frame outwards, confined to its thread and never
 * inherited by another; it disappears from the thread with its last entry and leaves an empty cell there, of a type that
 * keeps no class loader alive. Work that is handed over explicitly with {@link GuardContext} sees the frames and holds of
 * its parent as <em>foreign</em>: their loss vetoes its commits too, and asking for their key fails at once instead of
 * waiting for itself.
 */
public final class CallChain {

    /** A cell is kept, since to remove and set again costs more than a lock in memory. */
    private static final ThreadLocal<@Nullable Object[]> CELL = ThreadLocal.withInitial(() -> new @Nullable Object[1]);

    private CallChain() {}

    /**
     * What was handed over, outermost first.
     *
     * @param origin frames of the chain that handed it over, without what that was handed
     */
    record Foreign(List<ChainFrame> frames, List<ChainHold> holds, List<ChainFrame> origin) {

        static final Foreign NOTHING = new Foreign(List.of(), List.of(), List.of());

        boolean isEmpty() {
            return holds.isEmpty();
        }
    }

    static @Nullable Object[] cell() {
        return CELL.get();
    }

    private static @Nullable ChainFrame innermost() {
        return (ChainFrame) CELL.get()[0];
    }

    /** The hold of this thread's chain for the key, an effective one if there is any; else {@code null}. */
    public static @Nullable ChainHold find(Object key) {
        ChainHold found = null;
        for (ChainFrame frame = innermost(); frame != null; frame = frame.outer()) {
            for (ChainHold hold : frame.holds()) {
                if (hold.standsFor(key) && (found == null || hold.isEffective())) {
                    found = hold;
                }
            }
            if (found != null && found.isEffective()) {
                return found;
            }
        }
        return found;
    }

    /**
     * The innermost guarded call that this thread runs, or that handed this work over, if it has a frame of this type that
     * fits; else the next one outwards.
     */
    public static <F extends ChainFrame> @Nullable F innermost(Class<F> type, Predicate<? super F> fits) {
        ChainFrame outermost = null;
        for (ChainFrame frame = innermost(); frame != null; frame = frame.outer()) {
            if (type.isInstance(frame) && fits.test(type.cast(frame))) {
                return type.cast(frame);
            }
            outermost = frame;
        }
        List<ChainFrame> handedOver = foreign(outermost).frames;
        for (int i = handedOver.size() - 1; i >= 0; i--) {
            if (type.isInstance(handedOver.get(i)) && fits.test(type.cast(handedOver.get(i)))) {
                return type.cast(handedOver.get(i));
            }
        }
        return null;
    }

    /** Whether the key is held by the chain that handed this work over, so that waiting for it could never end. */
    public static boolean heldByParent(Object key) {
        for (ChainHold hold : foreign(outermost()).holds) {
            if (!hold.isReleased() && hold.standsFor(key)) {
                return true;
            }
        }
        return false;
    }

    /** Everything this thread's chain holds, in the order it was taken, without what was handed over. */
    public static List<ChainHold> held() {
        return frames().stream()
                .<ChainHold>flatMap(frame -> frame.holds().stream())
                .distinct()
                .toList();
    }

    /**
     * Keeps the hold in this thread's chain.
     *
     * @return where to unbind it
     */
    static ChainBase bind(ChainHold hold) {
        ChainFrame outermost = outermost();
        if (outermost instanceof ChainBase base) {
            base.bind(hold);
            return base;
        }
        ChainBase base = new ChainBase(CELL.get(), Foreign.NOTHING);
        base.bind(hold);
        if (outermost == null) {
            CELL.get()[0] = base;
        } else {
            outermost.putUnder(base);
        }
        return base;
    }

    /** Lets every hold of this thread veto the commit that is about to be sent. */
    static void beforeCommit() {
        CommitCheck check = new CommitCheck();
        for (ChainFrame frame : frames()) {
            List.copyOf(frame.holds()).forEach(hold -> hold.beforeCommit(check));
        }
        for (ChainHold hold : foreign(outermost()).holds) {
            if (!hold.isReleased()) {
                hold.beforeCommit(check);
            }
        }
    }

    /** Tells every call on the stack of this thread. */
    static void transactionEnded(TransactionScope.Outcome outcome) {
        frames().forEach(frame -> frame.transactionEnded(outcome));
    }

    /** What work that is handed to another thread takes along. */
    static Foreign handOver() {
        List<ChainFrame> own = frames();
        if (own.isEmpty()) {
            return Foreign.NOTHING;
        }
        Foreign given = foreign(own.get(0));
        List<ChainFrame> frames = new ArrayList<>(given.frames);
        frames.addAll(own);
        List<ChainHold> holds = new ArrayList<>(given.holds);
        own.forEach(frame -> holds.addAll(frame.holds()));
        return new Foreign(frames, holds, own);
    }

    /**
     * Runs work under a chain that knows what was handed over, and restores the thread's own chain afterwards. Work that an
     * executor runs on the very thread that handed it over belongs to that thread's chain.
     */
    static <T extends @Nullable Object> T callWithForeign(Foreign foreign, Supplier<T> work) {
        if (!Collections.disjoint(frames(), foreign.origin)) {
            return work.get();
        }
        @Nullable Object[] cell = CELL.get();
        ChainFrame own = (ChainFrame) cell[0];
        cell[0] = new ChainBase(cell, foreign);
        try {
            return work.get();
        } finally {
            ChainFrame.restore(cell, own);
        }
    }

    /** Those of now, outermost first. */
    private static List<ChainFrame> frames() {
        ChainFrame innermost = innermost();
        if (innermost == null) {
            return List.of();
        }
        List<ChainFrame> frames = new ArrayList<>(4);
        for (ChainFrame frame = innermost; frame != null; frame = frame.outer()) {
            frames.add(frame);
        }
        Collections.reverse(frames);
        return frames;
    }

    private static @Nullable ChainFrame outermost() {
        ChainFrame frame = innermost();
        while (frame != null && frame.outer() != null) {
            frame = frame.outer();
        }
        return frame;
    }

    private static Foreign foreign(@Nullable ChainFrame outermost) {
        return outermost instanceof ChainBase base ? base.foreign() : Foreign.NOTHING;
    }
}
