package dev.interlock.lock;

import dev.interlock.annotation.LockMode;
import dev.interlock.key.LockKey;
import java.time.Duration;

/**
 * What is asked of a backend.
 *
 * @param fenced whether a fencing token will be needed, so that it may be drawn with the grant
 * @param lease how long the lock outlives a holder that no longer renews it; zero where a connection holds it
 * @param queued whether the caller stood behind another holder of this JVM, so that a backend without a queue of its own lets
 *     other processes go first
 */
public record LockRequest(LockKey key, LockMode mode, boolean fenced, Duration lease, boolean queued) {

    /** Of a caller that comes first in this JVM. */
    public LockRequest(LockKey key, LockMode mode, boolean fenced, Duration lease) {
        this(key, mode, fenced, lease, false);
    }

    /** An exclusive lock without token and lease. */
    public static LockRequest exclusive(LockKey key) {
        return new LockRequest(key, LockMode.EXCLUSIVE, false, Duration.ZERO);
    }
}
