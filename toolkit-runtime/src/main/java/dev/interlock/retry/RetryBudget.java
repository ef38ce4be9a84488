package dev.interlock.retry;

import dev.interlock.guard.Clock;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Keeps the retries on one database to a share of the calls, so that conflicts cannot multiply the load that causes them. A
 * token bucket: every call puts a fraction of a token in, time puts some in too, a retry takes one out.
 *
 * <p><b>Concurrency.</b> Calls are only counted; the bucket is filled with what they brought when a retry asks for a token,
 * under a lock. So a call without a conflict shares nothing with others but an adder.
 */
final class RetryBudget {

    private final RetryBudgets.Settings settings;
    private final Clock clock;
    private final LongAdder calls = new LongAdder();
    private final ReentrantLock lock = new ReentrantLock();
    private double tokens;
    private long filledNanos;

    RetryBudget(RetryBudgets.Settings settings, Clock clock) {
        this.settings = settings;
        this.clock = clock;
        this.tokens = settings.capacity();
        this.filledNanos = clock.nanoTime();
    }

    void called() {
        calls.increment();
    }

    /** @return false if the bucket has no whole token */
    boolean take() {
        lock.lock();
        try {
            fill();
            if (tokens < 1) {
                return false;
            }
            tokens--;
            return true;
        } finally {
            lock.unlock();
        }
    }

    private void fill() {
        long now = clock.nanoTime();
        double seconds = (now - filledNanos) / (double) TimeUnit.SECONDS.toNanos(1);
        filledNanos = now;
        double more = calls.sumThenReset() * settings.tokensPerCall() + seconds * settings.tokensPerSecond();
        tokens = Math.min(settings.capacity(), tokens + more);
    }
}
