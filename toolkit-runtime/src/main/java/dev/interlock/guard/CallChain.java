package dev.interlock.guard;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What the guarded calls of one thread hold at the moment: the frames of those on its stack, and the holds bound to one of
 * its transactions, active or suspended.
 *
 * <p><b>Invariants.</b> A frame is in the chain exactly while its call is on the stack, a hold is bound exactly while its
 * transaction has not ended. The chain is confined to its thread and never inherited by another; it disappears from the
 * thread with its last entry and leaves an empty cell there, of a type that keeps no class loader alive. Work that is handed
 * over explicitly with {@link GuardContext} sees the frames and holds of its parent as <em>foreign</em>: their loss vetoes
 * its commits too, and asking for their key fails at once instead of waiting for itself.
 */
public final class CallChain {

    /** A cell is kept, since to remove and set again costs more than a lock in memory. */
    private static final ThreadLocal<@Nullable Object[]> CURRENT =
            ThreadLocal.withInitial(() -> new @Nullable Object[1]);

    private final List<ChainFrame> frames = new ArrayList<>(4);

    /** Few calls bind anything, so the list is made by the first that does. */
    private List<ChainHold> bound = List.of();

    private final Foreign foreign;

    /**
     * What was handed over, outermost first.
     *
     * @param origin the chain that handed it over
     */
    record Foreign(
            List<ChainFrame> frames,
            List<ChainHold> holds,
            @Nullable CallChain origin) {

        static final Foreign NOTHING = new Foreign(List.of(), List.of(), null);

        boolean isEmpty() {
            return holds.isEmpty();
        }
    }

    private CallChain(Foreign foreign) {
        this.foreign = foreign;
    }

    /** The hold of this thread's chain for the key, an effective one if there is any; else {@code null}. */
    public static @Nullable ChainHold find(Object key) {
        CallChain chain = current();
        if (chain == null) {
            return null;
        }
        ChainHold found = null;
        for (int i = chain.frames.size() - 1; i >= 0; i--) {
            found = better(found, chain.frames.get(i).holds(), key);
        }
        return better(found, chain.bound, key);
    }

    private static @Nullable ChainHold better(@Nullable ChainHold found, List<? extends ChainHold> holds, Object key) {
        if (found != null && found.isEffective()) {
            return found;
        }
        ChainHold best = found;
        for (ChainHold hold : holds) {
            if (hold.standsFor(key) && (best == null || hold.isEffective())) {
                best = hold;
            }
        }
        return best;
    }

    /**
     * The innermost guarded call that this thread runs, or that handed this work over, if it has a frame of this type that
     * fits; else the next one outwards.
     */
    public static <F extends ChainFrame> @Nullable F innermost(Class<F> type, Predicate<? super F> fits) {
        CallChain chain = current();
        if (chain == null) {
            return null;
        }
        F own = last(chain.frames, type, fits);
        return own != null ? own : last(chain.foreign.frames, type, fits);
    }

    private static <F extends ChainFrame> @Nullable F last(
            List<ChainFrame> frames, Class<F> type, Predicate<? super F> fits) {
        for (int i = frames.size() - 1; i >= 0; i--) {
            if (type.isInstance(frames.get(i))) {
                F frame = type.cast(frames.get(i));
                if (fits.test(frame)) {
                    return frame;
                }
            }
        }
        return null;
    }

    /** Whether the key is held by the chain that handed this work over, so that waiting for it could never end. */
    public static boolean heldByParent(Object key) {
        CallChain chain = current();
        if (chain == null) {
            return false;
        }
        for (ChainHold hold : chain.foreign.holds) {
            if (!hold.isReleased() && hold.standsFor(key)) {
                return true;
            }
        }
        return false;
    }

    /** Everything this thread's chain holds, in the order it was taken, without what was handed over. */
    public static List<ChainHold> held() {
        CallChain chain = current();
        if (chain == null) {
            return List.of();
        }
        List<ChainHold> holds = new ArrayList<>();
        chain.forEachHold(hold -> {
            if (!holds.contains(hold)) {
                holds.add(hold);
            }
        });
        return holds;
    }

    /** Puts a call on top of this thread's chain. */
    public static CallChain enter(ChainFrame frame) {
        CallChain chain = currentOrNew();
        chain.frames.add(frame);
        return chain;
    }

    /** Takes the call from this chain, on the thread that entered it. */
    public void exit(ChainFrame frame) {
        removeLast(frames, frame);
        dropIfEmpty();
    }

    /** Keeps the hold in this thread's chain, until {@link #unbind} is called as often. */
    static CallChain bind(ChainHold hold) {
        CallChain chain = currentOrNew();
        if (chain.bound.isEmpty()) {
            chain.bound = new ArrayList<>(4);
        }
        chain.bound.add(hold);
        return chain;
    }

    void unbind(ChainHold hold) {
        removeLast(bound, hold);
        dropIfEmpty();
    }

    /** Lets every hold of this thread veto the commit that is about to be sent. */
    static void beforeCommit() {
        CallChain chain = current();
        if (chain != null) {
            CommitCheck check = new CommitCheck();
            List.copyOf(chain.bound).forEach(hold -> hold.beforeCommit(check));
            for (ChainFrame frame : List.copyOf(chain.frames)) {
                frame.holds().forEach(hold -> hold.beforeCommit(check));
            }
            for (ChainHold hold : chain.foreign.holds) {
                if (!hold.isReleased()) {
                    hold.beforeCommit(check);
                }
            }
        }
    }

    /** Tells every call on the stack of this thread. */
    static void transactionEnded(TransactionScope.Outcome outcome) {
        CallChain chain = current();
        if (chain != null) {
            List.copyOf(chain.frames).forEach(frame -> frame.transactionEnded(outcome));
        }
    }

    /** What work that is handed to another thread takes along. */
    static Foreign handOver() {
        CallChain chain = current();
        if (chain == null) {
            return Foreign.NOTHING;
        }
        List<ChainFrame> frames = new ArrayList<>(chain.foreign.frames);
        frames.addAll(chain.frames);
        List<ChainHold> holds = new ArrayList<>(chain.foreign.holds);
        chain.forEachHold(holds::add);
        return new Foreign(frames, holds, chain);
    }

    /**
     * Runs work under a chain that knows what was handed over, and restores the thread's own chain afterwards. Work that an
     * executor runs on the very thread that handed it over belongs to that thread's chain.
     */
    static <T extends @Nullable Object> T callWithForeign(Foreign foreign, Supplier<T> work) {
        CallChain own = current();
        if (own != null && own == foreign.origin) {
            return work.get();
        }
        current(new CallChain(foreign));
        try {
            return work.get();
        } finally {
            current(own);
        }
    }

    private void forEachHold(Consumer<ChainHold> action) {
        bound.forEach(action);
        frames.forEach(frame -> frame.holds().forEach(action));
    }

    private static <T> void removeLast(List<T> entries, T entry) {
        for (int i = entries.size() - 1; i >= 0; i--) {
            if (entries.get(i) == entry) {
                entries.remove(i);
                return;
            }
        }
    }

    private void dropIfEmpty() {
        if (frames.isEmpty() && bound.isEmpty() && foreign.isEmpty() && current() == this) {
            current(null);
        }
    }

    private static CallChain currentOrNew() {
        CallChain chain = current();
        if (chain == null) {
            chain = new CallChain(Foreign.NOTHING);
            current(chain);
        }
        return chain;
    }

    private static @Nullable CallChain current() {
        return (CallChain) CURRENT.get()[0];
    }

    private static void current(@Nullable CallChain chain) {
        CURRENT.get()[0] = chain;
    }
}
