package dev.interlock.lock;

import dev.interlock.annotation.LockMode;
import dev.interlock.guard.CallChain;
import dev.interlock.guard.ChainHold;
import dev.interlock.key.LockKey;
import java.time.Duration;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Texts of lock failures: which lock, what happened, where. Never a raw key. */
final class LockMessages {

    private LockMessages() {}

    /** @param reason what the backend says, may be empty */
    static LockNotAcquiredException unavailable(
            LockTerms terms, LockTarget target, String reason, @Nullable Throwable cause) {
        LockBackend backend = target.space().session();
        String message = "Could not acquire lock " + target.key() + " within " + text(terms.waitTime()) + "; backend="
                + backend.name() + (reason.isEmpty() ? "" : ", " + reason) + ", holder="
                + (terms.askHolder() ? backend.describeHolder(target.key()) : "not asked") + whileHolding(target);
        return new LockNotAcquiredException(terms.refusedBy(), terms.name(), message, cause);
    }

    /** What the caller holds meanwhile: two calls that wait for each other's locks are found by it. */
    private static String whileHolding(LockTarget wanted) {
        String held = CallChain.held().stream()
                .filter(hold -> hold instanceof Hold lock && lock.isEffective() && !lock.standsFor(wanted))
                .map(hold -> ((Hold) hold).target().key().toString())
                .distinct()
                .limit(5)
                .collect(Collectors.joining(", "));
        return held.isEmpty()
                ? ""
                : "; while holding " + held + ", which the other holder may be waiting for: take locks in one order"
                        + " everywhere";
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

    /** Two readers that both want to write would wait for each other for ever. */
    static void refuseUpgrade(@Nullable ChainHold held, LockMode wanted) {
        if (wanted == LockMode.EXCLUSIVE
                && held instanceof Hold lock
                && lock.terms().mode() == LockMode.SHARED) {
            throw refused(
                    lock.target().key(),
                    "this call chain holds it SHARED and asks for EXCLUSIVE, and another that does the same would wait for"
                            + " it for ever; take it EXCLUSIVE from the start",
                    null);
        }
    }

    static LockNotAcquiredException interrupted(LockKey key, InterruptedException cause) {
        Thread.currentThread().interrupt();
        return refused(key, "the thread was interrupted while it waited", cause);
    }

    static LockLostException lost(LockKey key, String when) {
        return new LockLostException(
                "Lock " + key + " was lost: " + when
                        + ", so another holder may have run at the same time; effects outside a rolled-back transaction are"
                        + " unknown",
                LockLostException.Effects.UNKNOWN);
    }

    static String text(Duration duration) {
        return duration.toMillis() % 1000 == 0 ? duration.toSeconds() + "s" : duration.toMillis() + "ms";
    }
}
