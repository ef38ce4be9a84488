package dev.interlock.redisson;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The one thread that renews the leases of all holds and notices those that ended.
 *
 * <p><b>Concurrency.</b> It sweeps over all holds when the earliest of them is due. A new hold is only put into a set and
 * compared with the next planned sweep, which almost always comes first: an uncontended lock and unlock sets no timer. The
 * thread sends commands and never waits for an answer, so a frozen server delays nobody's renewal.
 *
 * <p><b>Invariant.</b> While a hold is in the set, a sweep is planned no later than the hold asked for: it is added before
 * it compares, and a sweep takes its own plan back before it looks at the set.
 */
final class LeaseKeeper {

    private static final Logger log = LoggerFactory.getLogger(LeaseKeeper.class);

    private static final long NOTHING_PLANNED = Long.MAX_VALUE;

    /** Holds that are due at almost the same time share a sweep. */
    private static final long SHORTEST_GAP_NANOS = TimeUnit.MILLISECONDS.toNanos(2);

    private static final long AFTER_FAILURE_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

    private final Set<MutexHold> holds = ConcurrentHashMap.newKeySet();
    private final AtomicLong planned = new AtomicLong(NOTHING_PLANNED);
    private final ScheduledThreadPoolExecutor thread;

    LeaseKeeper() {
        thread = new ScheduledThreadPoolExecutor(1, task -> {
            Thread worker = new Thread(task, "interlock-redis-leases");
            worker.setDaemon(true);
            return worker;
        });
        thread.setRemoveOnCancelPolicy(true);
        thread.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
    }

    /** From now on the hold is ticked, for the first time when it asks for it. */
    void add(MutexHold hold, long due) {
        holds.add(hold);
        wakeBy(due);
    }

    void remove(MutexHold hold) {
        holds.remove(hold);
    }

    boolean isEmpty() {
        return holds.isEmpty();
    }

    int size() {
        return holds.size();
    }

    /**
     * Plans a sweep at that time unless one comes before.
     *
     * @return false if there will be no more sweeps
     */
    boolean wakeBy(long due) {
        long plan = planned.get();
        while (plan == NOTHING_PLANNED || due - plan < 0) {
            if (planned.compareAndSet(plan, due)) {
                return schedule(() -> sweep(due), due - System.nanoTime()) != null;
            }
            plan = planned.get();
        }
        return !thread.isShutdown();
    }

    private void sweep(long plan) {
        if (!planned.compareAndSet(plan, NOTHING_PLANNED)) {
            return;
        }
        long now = System.nanoTime();
        long longest = Long.MAX_VALUE;
        for (MutexHold hold : holds) {
            longest = Math.min(longest, tick(hold, now));
        }
        if (longest < Long.MAX_VALUE) {
            wakeBy(now + Math.max(longest, SHORTEST_GAP_NANOS));
        }
    }

    /** Nanoseconds until the hold is due again; one that fails must not end the renewals of the others. */
    private static long tick(MutexHold hold, long now) {
        try {
            return hold.tick(now) - now;
        } catch (RuntimeException broken) {
            log.error("Renewing a lock in Redis failed", broken);
            return AFTER_FAILURE_NANOS;
        }
    }

    /** Runs the task on the keeper's thread, or at once if that has ended. */
    void execute(Runnable task) {
        if (schedule(task, 0) == null) {
            task.run();
        }
    }

    /** @return null if the keeper was stopped */
    @Nullable
    ScheduledFuture<?> schedule(Runnable task, long nanos) {
        try {
            return thread.schedule(task, nanos, TimeUnit.NANOSECONDS);
        } catch (RejectedExecutionException stopped) {
            return null;
        }
    }

    void stop() {
        thread.shutdown();
    }
}
