package dev.interlock.fanout;

import org.jspecify.annotations.Nullable;

/**
 * The limits whose permits the current thread's work runs under: those of the fan-out that started it and of the ones around
 * that. A linked list, inherited by the calls of a nested fan-out.
 */
record EnteredLimits(FanOutLimit limit, @Nullable EnteredLimits outer) {

    private static final ThreadLocal<@Nullable EnteredLimits> CURRENT = new ThreadLocal<>();

    static @Nullable EnteredLimits current() {
        return CURRENT.get();
    }

    /** Those of this thread's work and one more, unless it is {@code null}. */
    static @Nullable EnteredLimits with(@Nullable FanOutLimit limit) {
        return limit == null ? current() : new EnteredLimits(limit, current());
    }

    static boolean contain(FanOutLimit limit) {
        for (EnteredLimits entered = current(); entered != null; entered = entered.outer) {
            if (entered.limit == limit) {
                return true;
            }
        }
        return false;
    }

    /** Runs the work, on a thread that has none of its own, under the given ones. */
    static void run(@Nullable EnteredLimits limits, Runnable work) {
        CURRENT.set(limits);
        try {
            work.run();
        } finally {
            CURRENT.remove();
        }
    }
}
