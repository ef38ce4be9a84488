package dev.interlock.lock;

import dev.interlock.guard.CallChain;
import dev.interlock.key.LockKey;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** Texts of lock failures: which lock, what happened, where. Never a raw key. */
final class LockMessages {

    private LockMessages() {}

    static LockNotAcquiredException unavailable(
            LockDefinition definition, LockKey key, String backend, String reason, @Nullable Throwable cause) {
        return new LockNotAcquiredException(
                definition,
                key.name(),
                "Could not acquire lock " + key + " within " + text(definition.waitTime()) + "; backend=" + backend
                        + ", " + reason,
                cause);
    }

    /** A failure that no {@code onUnavailable} policy covers: an interrupt, or a call that could never succeed. */
    static LockNotAcquiredException refused(LockKey key, String reason, @Nullable Throwable cause) {
        return new LockNotAcquiredException(null, key.name(), "Could not acquire lock " + key + ": " + reason, cause);
    }

    /** Fails at once where waiting could never end. */
    static void refuseSelfWait(LockTarget target) {
        if (CallChain.heldByParent(target)) {
            throw refused(
                    target.key(),
                    "the call that handed this work over holds it, so this would wait for itself; take the lock in one of the"
                            + " two",
                    null);
        }
    }

    static LockNotAcquiredException interrupted(LockKey key, InterruptedException cause) {
        Thread.currentThread().interrupt();
        return refused(key, "the thread was interrupted while it waited", cause);
    }

    static String text(Duration duration) {
        return duration.toMillis() % 1000 == 0 ? duration.toSeconds() + "s" : duration.toMillis() + "ms";
    }
}
