package dev.interlock.guard;

import dev.interlock.annotation.Jitter;
import java.time.Duration;
import java.util.random.RandomGenerator;

/**
 * How long to wait before a retry: exponential, capped, randomised. The jitters are those of M. Brooker, "Exponential Backoff
 * And Jitter" (AWS Architecture Blog, 2015).
 *
 * @param multiplier 1 or more
 * @param maxDelay at least {@code delay}
 */
public record Backoff(Duration delay, double multiplier, Duration maxDelay, Jitter jitter) {

    /**
     * The wait before a retry in nanoseconds.
     *
     * @param retry 1 for the first
     * @param previous the last wait, 0 before the first
     */
    public long nanos(int retry, long previous, RandomGenerator random) {
        long first = delay.toNanos();
        long most = maxDelay.toNanos();
        if (jitter == Jitter.DECORRELATED) {
            long highest = Math.max(first, Math.min(most, 3 * Math.max(previous, first)));
            return between(first, highest, random);
        }
        long backoff = (long) Math.min(most, first * Math.pow(multiplier, retry - 1.0));
        return switch (jitter) {
            case NONE, DECORRELATED -> backoff;
            case FULL -> between(0, backoff, random);
            case EQUAL -> between(backoff / 2, backoff, random);
        };
    }

    private static long between(long least, long most, RandomGenerator random) {
        return least == most ? least : random.nextLong(least, most + 1);
    }
}
