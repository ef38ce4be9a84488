package dev.interlock.redisson;

import dev.interlock.lock.FencingTokens;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * What the acquisitions and holds of one {@link RedissonMutexes} share.
 *
 * @param closing set once, when no more locks shall be granted
 */
record MutexServices(
        LeaseKeeper keeper,
        AbandonedLocks abandoned,
        @Nullable FencingTokens tokens,
        long callTimeoutNanos,
        AtomicBoolean closing) {

    /** The duration in nanoseconds, cut where they would overflow. */
    static long nanos(Duration duration, long most) {
        return duration.compareTo(Duration.ofNanos(most)) < 0 ? duration.toNanos() : most;
    }
}
