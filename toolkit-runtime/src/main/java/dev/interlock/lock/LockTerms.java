package dev.interlock.lock;

import dev.interlock.annotation.Fencing;
import dev.interlock.annotation.LockMode;
import dev.interlock.guard.GuardDefinition;
import dev.interlock.key.LockKey;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * How a lock is taken and held, from an annotation or from code.
 *
 * @param waitTime zero to try once
 * @param lease how long the lock outlives a holder that stops renewing it; zero where a connection holds it
 * @param minHold how long others are kept out at least, though the holder is done
 * @param maxHold how long a holder's lock is renewed at most; zero for as long as it runs
 * @param fencing never {@code AUTO}
 * @param refusedBy whose policy applies when the lock is unavailable
 * @param askHolder whether a failure tells who holds the lock, which costs a question
 */
record LockTerms(
        String name,
        LockMode mode,
        Duration waitTime,
        Duration lease,
        Duration minHold,
        Duration maxHold,
        Fencing fencing,
        boolean interruptOnLoss,
        @Nullable GuardDefinition refusedBy,
        boolean askHolder) {

    /** A shorter one could not be renewed in time. */
    static final Duration SHORTEST_LEASE = Duration.ofMillis(100);

    /** Of an advisory lock. */
    static LockTerms advisory(String name, LockMode mode, Duration waitTime, Fencing fencing, boolean askHolder) {
        return new LockTerms(
                name, mode, waitTime, Duration.ZERO, Duration.ZERO, Duration.ZERO, fencing, false, null, askHolder);
    }

    LockTerms refusedBy(GuardDefinition definition) {
        return new LockTerms(
                name, mode, waitTime, lease, minHold, maxHold, fencing, interruptOnLoss, definition, askHolder);
    }

    LockTerms waitTime(Duration changed) {
        return new LockTerms(
                name, mode, changed, lease, minHold, maxHold, fencing, interruptOnLoss, refusedBy, askHolder);
    }

    LockTerms lease(Duration changed) {
        return new LockTerms(
                name, mode, waitTime, changed, minHold, maxHold, fencing, interruptOnLoss, refusedBy, askHolder);
    }

    LockTerms minHold(Duration changed) {
        return new LockTerms(
                name, mode, waitTime, lease, changed, maxHold, fencing, interruptOnLoss, refusedBy, askHolder);
    }

    LockTerms maxHold(Duration changed) {
        return new LockTerms(
                name, mode, waitTime, lease, minHold, changed, fencing, interruptOnLoss, refusedBy, askHolder);
    }

    LockTerms interruptedOnLoss() {
        return new LockTerms(name, mode, waitTime, lease, minHold, maxHold, fencing, true, refusedBy, askHolder);
    }

    /** @param queued whether the caller stood behind another holder of this JVM */
    LockRequest request(LockKey key, boolean queued) {
        return new LockRequest(key, mode, fencing == Fencing.ENFORCED, lease, queued);
    }
}
