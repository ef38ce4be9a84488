package dev.interlock.fanout;

import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Where the thread that fans out hears of calls that have left their threads, and of permits.
 *
 * <p><b>Concurrency.</b> Any thread reports, one waits. What is reported is there before the waiting thread is woken, and that
 * one forgets earlier wake-ups before it looks, so no report is missed. What arrives after it has gone is garbage.
 */
final class Inbox<R extends @Nullable Object> {

    private final Queue<FanOutTask<R>> left = new ConcurrentLinkedQueue<>();
    private final Semaphore news = new Semaphore(0);

    /** The task's thread does nothing for it any more. */
    void left(FanOutTask<R> task) {
        left.add(task);
        news.release();
    }

    void permitGranted() {
        news.release();
    }

    /** Waits until something was reported since the last time, or the time has passed. */
    void await(long nanos) throws InterruptedException {
        if (news.tryAcquire(nanos, TimeUnit.NANOSECONDS)) {
            news.drainPermits();
        }
    }

    /** The next task that left, or {@code null}. */
    @Nullable
    FanOutTask<R> poll() {
        return left.poll();
    }
}
