package dev.interlock.fanout;

import dev.interlock.fanout.CallOutcome.Failed;
import dev.interlock.fanout.CallOutcome.Succeeded;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * One call on its way through another thread, with the permits that were taken for it.
 *
 * <p><b>Concurrency.</b> The thread of the call and the one that waits for it both want to settle its outcome; the first one
 * does, under the monitor, and the other's is dropped. {@code runner} is set and cleared under the monitor too, so an interrupt
 * comes while the call runs or not at all, and never reaches the next task of a pooled thread.
 *
 * <p><b>Invariant.</b> The permits are given back once: by the thread of the call when that has really ended, whoever settled
 * the outcome, or at once if no thread could be had.
 *
 * <p>It refers to nothing of its fan-out but the inbox, so a call that does not end keeps no outcome in memory that was
 * settled in time.
 */
final class FanOutTask<R extends @Nullable Object> implements Runnable {

    private final int index;
    private final long startedAt;
    private final Callable<? extends R> call;
    private final Inbox<R> inbox;
    private final @Nullable FanOutLimit limit;
    private final AtomicBoolean called = new AtomicBoolean();
    private final AtomicBoolean left = new AtomicBoolean();
    private volatile @Nullable CallOutcome<R> result;
    private @Nullable Runnable carried;
    private @Nullable Thread runner;
    private @Nullable CallOutcome<R> outcome;

    /**
     * @param startedAt on the monotonic clock
     * @param limit of which one permit was taken
     */
    FanOutTask(int index, long startedAt, Callable<? extends R> call, Inbox<R> inbox, @Nullable FanOutLimit limit) {
        this.index = index;
        this.startedAt = startedAt;
        this.call = call;
        this.inbox = inbox;
        this.limit = limit;
    }

    int index() {
        return index;
    }

    long startedAt() {
        return startedAt;
    }

    /** Captures what the call takes along; comes before it is handed to another thread. */
    void carry(CallerContext context) {
        carried = context.carriedTo(this::call);
    }

    @Override
    public void run() {
        try {
            if (begin()) {
                end(runCarried());
                // An interrupt that gave the call up and that it did not consume is not for the thread's next task.
                Thread.interrupted();
            }
        } finally {
            leave();
        }
    }

    private CallOutcome<R> runCarried() {
        try {
            if (carried != null) {
                carried.run();
            }
            CallOutcome<R> ended = result;
            return ended != null
                    ? ended
                    : new Failed<>(new IllegalStateException(
                            "The task decorator of this FanOut returned without having run the call; it must run the task"
                                    + " that it is given, once and on the same thread"));
        } catch (Throwable thrown) {
            return new Failed<>(thrown);
        }
    }

    private void call() {
        if (!called.compareAndSet(false, true)) {
            return;
        }
        try {
            result = new Succeeded<>(call.call());
        } catch (Throwable thrown) {
            result = new Failed<>(thrown);
        }
    }

    private synchronized boolean begin() {
        if (outcome != null) {
            return false;
        }
        runner = Thread.currentThread();
        return true;
    }

    private synchronized void end(CallOutcome<R> ended) {
        runner = null;
        if (outcome == null) {
            outcome = ended;
        }
    }

    /**
     * Settles the outcome of a call that need not go on, and interrupts it if it runs.
     *
     * @return what is settled: the call's own outcome if that came first
     */
    synchronized CallOutcome<R> giveUp(CallOutcome<R> ifWaiting, CallOutcome<R> ifRunning) {
        CallOutcome<R> settled = outcome;
        if (settled == null) {
            settled = runner == null ? ifWaiting : ifRunning;
            outcome = settled;
            if (runner != null) {
                runner.interrupt();
            }
        }
        return settled;
    }

    /** The call's own outcome; only after it left. */
    synchronized @Nullable CallOutcome<R> outcome() {
        return outcome;
    }

    /**
     * Settles the outcome of a call for which no thread could be had, and gives its permits back.
     *
     * @return false if it has a thread after all
     */
    boolean refuse(CallOutcome<R> refused) {
        synchronized (this) {
            if (runner != null || outcome != null) {
                return false;
            }
            outcome = refused;
        }
        leave();
        return true;
    }

    private void leave() {
        if (left.compareAndSet(false, true)) {
            if (limit != null) {
                limit.giveBack();
            }
            inbox.left(this);
        }
    }
}
