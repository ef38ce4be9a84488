package dev.interlock.redisson;

import dev.interlock.guard.Deadline;
import dev.interlock.key.LockKey;
import dev.interlock.lock.BackendHold;
import dev.interlock.lock.LockBackend.Acquisition;
import java.time.Duration;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.redisson.api.RLock;
import org.redisson.api.RedissonClient;

/**
 * One caller's way to a lock in Redis: a first attempt without any preparation, then attempts at each release message and
 * at a bounded interval.
 *
 * <p><b>Concurrency.</b> Confined to the caller's thread, which alone waits; commands and messages are asynchronous.
 *
 * <p><b>Invariant.</b> Every attempt has an owner id of its own. An attempt whose answer does not come in time has failed,
 * and its owner is handed to {@link AbandonedLocks} before anything else happens; so a late grant is neither used nor
 * left behind, and cannot be taken for that of the next attempt.
 */
final class MutexAcquisition {

    private static final Acquisition BUSY = new Acquisition.Unavailable("held elsewhere", null);
    private static final Acquisition EXPIRED =
            new Acquisition.Unavailable("the lease had ended before the answer was seen", null);
    private static final Acquisition CLOSED = new Acquisition.Unavailable("the application is stopping", null);

    /** However little of the wait is left, an attempt that was begun gets this much. */
    private static final long SHORTEST_PATIENCE_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

    /** Time for another process to hear of a release and to ask for the lock; its turn lasts about as long. */
    private static final long OTHERS_FIRST_NANOS = TimeUnit.MILLISECONDS.toNanos(20);

    /** Between looks; Redisson may ask a replica for the time left, which may be wrong for long. */
    private static final long SHORTEST_PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(10);

    /** What {@code PTTL} says of a key that does not expire; less than that means that there is none. */
    private static final long WITHOUT_LEASE = -1;

    private final RedissonClient redisson;
    private final MutexServices services;
    private final long repollNanos;
    private final LockKey key;
    private final Duration lease;
    private final Deadline deadline;
    private final String name;
    private final RLock lock;
    private boolean begun;

    MutexAcquisition(
            RedissonClient redisson,
            MutexServices services,
            long repollNanos,
            LockKey key,
            Duration lease,
            Deadline deadline) {
        this.redisson = redisson;
        this.services = services;
        this.repollNanos = repollNanos;
        this.key = key;
        this.lease = lease;
        this.deadline = deadline;
        this.name = RedisNames.of(key);
        this.lock = redisson.getLock(name);
    }

    Acquisition run() throws InterruptedException {
        Acquisition first = attempt();
        return first instanceof Acquisition.Granted || deadline.passed() ? first : await(first);
    }

    /**
     * Redis has no queue, and this process, which has just freed the lock, would always be the first to ask again. So it lets
     * those who listen for the release go first: until the next release, or for a moment.
     */
    Acquisition runBehindOthers() throws InterruptedException {
        if (!deadline.passed()) {
            try (ReleaseMessages messages = ReleaseMessages.ifOthersListen(redisson, services.keeper(), name)) {
                if (messages != null) {
                    messages.awaitRelease(Math.min(OTHERS_FIRST_NANOS, deadline.remainingNanos()));
                }
            }
        }
        return run();
    }

    private Acquisition await(Acquisition first) throws InterruptedException {
        Acquisition last = first;
        try (ReleaseMessages messages = new ReleaseMessages(redisson, services.keeper(), name)) {
            boolean woken = true;
            while (true) {
                long pause = Math.min(jittered(repollNanos), last == BUSY && !woken ? untilExpiry() : repollNanos);
                woken = messages.await(Math.min(pause, deadline.remainingNanos()));
                if (deadline.passed()) {
                    return last;
                }
                last = attempt();
                if (last instanceof Acquisition.Granted || last == CLOSED) {
                    return last;
                }
            }
        }
    }

    private Acquisition attempt() throws InterruptedException {
        if (services.closing().get()) {
            return CLOSED;
        }
        OwnedLock owned = new OwnedLock(redisson, lock, name, lease);
        long patience = patience();
        long sent = System.nanoTime();
        CompletableFuture<Boolean> answer = owned.tryLock();
        boolean granted;
        try {
            granted = answer.get(patience, TimeUnit.NANOSECONDS);
        } catch (InterruptedException interrupt) {
            services.abandoned().afterAttempt(owned, answer, sent);
            throw interrupt;
        } catch (TimeoutException | ExecutionException | CancellationException failure) {
            services.abandoned().afterAttempt(owned, answer, sent);
            return failed(failure, patience);
        }
        boolean prompt = services.abandoned().isPrompt(sent);
        if (granted) {
            return hold(owned, sent, !prompt);
        }
        if (!prompt) {
            services.abandoned().watch(owned);
        }
        return BUSY;
    }

    private Acquisition hold(OwnedLock owned, long sent, boolean doubtful) {
        MutexHold hold = new MutexHold(key, owned, services, sent, doubtful);
        if (hold.byValidity() == BackendHold.State.LOST) {
            services.abandoned().watch(owned);
            return EXPIRED;
        }
        services.keeper().add(hold, hold.due());
        if (services.closing().get()) {
            hold.release(Duration.ZERO);
            return CLOSED;
        }
        return new Acquisition.Granted(hold);
    }

    /** Asking the deadline starts it. A wait of zero allows one attempt, and that the full time of a call. */
    private long patience() {
        long remaining = deadline.remainingNanos();
        long most = services.callTimeoutNanos();
        boolean once = !begun && remaining == 0;
        begun = true;
        return once ? most : Math.min(most, Math.max(remaining, SHORTEST_PATIENCE_NANOS));
    }

    private static Acquisition failed(Exception failure, long patience) {
        Throwable cause = Answers.cause(failure);
        String reason = cause instanceof TimeoutException
                ? "Redis did not answer within " + TimeUnit.NANOSECONDS.toMillis(patience) + "ms"
                : "Redis failed: " + cause.getClass().getSimpleName();
        return new Acquisition.Unavailable(reason, cause);
    }

    /** A holder that died sends no message; its lease is waited for, but not beyond the usual interval. */
    private long untilExpiry() throws InterruptedException {
        Long left = leftMillis(Answers.to(lock::remainTimeToLiveAsync));
        if (left == null || left == WITHOUT_LEASE) {
            return repollNanos;
        }
        return Math.max(SHORTEST_PAUSE_NANOS, TimeUnit.MILLISECONDS.toNanos(left + 1));
    }

    private @Nullable Long leftMillis(CompletableFuture<Long> answer) throws InterruptedException {
        try {
            return answer.get(Math.min(repollNanos, deadline.remainingNanos()), TimeUnit.NANOSECONDS);
        } catch (TimeoutException | ExecutionException | CancellationException unanswered) {
            return null;
        }
    }

    private static long jittered(long nanos) {
        return nanos / 2 + ThreadLocalRandom.current().nextLong(nanos / 2 + 1);
    }
}
