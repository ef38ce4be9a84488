package dev.interlock.guard;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What the guarded calls of one thread hold at the moment: those on its stack, and those bound to one of its transactions,
 * active or suspended.
 *
 * <p><b>Invariants.</b> A hold is in the chain exactly as long as it has uses; each guarded call on the stack and each
 * binding to a transaction is one use. The chain is confined to its thread and never inherited by another; it disappears
 * from the thread with its last entry and leaves an empty cell there, of a type that keeps no class loader alive. Work that is handed over explicitly with
 * {@link GuardContext} sees the holds of its parent as <em>foreign</em>: their loss vetoes its commits too, and asking for
 * their key fails at once instead of waiting for itself.
 */
public final class CallChain {

    /** A cell is kept, since to remove and set again costs more than a lock in memory. */
    private static final ThreadLocal<@Nullable Object[]> CURRENT =
            ThreadLocal.withInitial(() -> new @Nullable Object[1]);

    private final List<Entry> entries = new ArrayList<>(4);
    private final List<ChainHold> foreign;

    private CallChain(List<ChainHold> foreign) {
        this.foreign = foreign;
    }

    /** The hold of this thread's chain for the key, or {@code null}. */
    public static @Nullable ChainHold find(Object key) {
        CallChain chain = current();
        if (chain == null) {
            return null;
        }
        for (int i = chain.entries.size() - 1; i >= 0; i--) {
            ChainHold hold = chain.entries.get(i).hold;
            if (hold.standsFor(key)) {
                return hold;
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
        for (ChainHold hold : chain.foreign) {
            if (!hold.isReleased() && hold.standsFor(key)) {
                return true;
            }
        }
        return false;
    }

    /** Adds one use of the hold to this thread's chain. */
    public static CallChain enter(ChainHold hold) {
        CallChain chain = current();
        if (chain == null) {
            chain = new CallChain(List.of());
            current(chain);
        }
        chain.use(hold);
        return chain;
    }

    /** Takes one use of the hold from this chain, on the thread that entered it. */
    public void exit(ChainHold hold) {
        for (int i = entries.size() - 1; i >= 0; i--) {
            Entry entry = entries.get(i);
            if (entry.hold == hold) {
                if (--entry.uses == 0) {
                    entries.remove(i);
                }
                break;
            }
        }
        if (entries.isEmpty() && foreign.isEmpty() && current() == this) {
            current(null);
        }
    }

    /** Lets every hold of this thread veto the commit that is about to be sent. */
    static void beforeCommit() {
        CallChain chain = current();
        if (chain != null) {
            for (Entry entry : List.copyOf(chain.entries)) {
                entry.hold.beforeCommit();
            }
            for (ChainHold hold : chain.foreign) {
                if (!hold.isReleased()) {
                    hold.beforeCommit();
                }
            }
        }
    }

    /** The holds of this thread, for work that is handed to another. */
    static List<ChainHold> holds() {
        CallChain chain = current();
        if (chain == null) {
            return List.of();
        }
        List<ChainHold> holds = new ArrayList<>(chain.foreign);
        chain.entries.forEach(entry -> holds.add(entry.hold));
        return holds;
    }

    /** Runs work under a chain that knows the given holds as foreign, and restores the thread's own chain afterwards. */
    static <T extends @Nullable Object> T callWithForeign(List<ChainHold> foreign, Supplier<T> work) {
        CallChain own = current();
        current(new CallChain(foreign));
        try {
            return work.get();
        } finally {
            current(own);
        }
    }

    private static @Nullable CallChain current() {
        return (CallChain) CURRENT.get()[0];
    }

    private static void current(@Nullable CallChain chain) {
        CURRENT.get()[0] = chain;
    }

    private void use(ChainHold hold) {
        for (Entry entry : entries) {
            if (entry.hold == hold) {
                entry.uses++;
                return;
            }
        }
        entries.add(new Entry(hold));
    }

    private static final class Entry {
        private final ChainHold hold;
        private int uses = 1;

        private Entry(ChainHold hold) {
            this.hold = hold;
        }
    }
}
