package dev.interlock.redisson;

import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.redisson.RedissonShutdownException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Gives back what nobody wants any more: acquisitions whose caller went before the answer came, and releases without an
 * answer.
 *
 * <p>A command that timed out here may still lie in the socket of a frozen server or on its way, and be executed at any time
 * later. So the lock is looked at again and again, and freed if it has this owner: until Redis has said "not yours" once a
 * whole lease has passed without trouble. The pauses grow to two seconds, or a quarter of a shorter lease. What comes even later ends with its
 * lease, since nobody renews it.
 *
 * <p><b>Concurrency.</b> Each acquisition is checked by one chain of steps, where each step begins after the answer to the
 * one before; the answer to the original attempt starts the chain early only if it could cancel the timer that would have
 * started it.
 *
 * <p><b>Invariant.</b> At most {@link #MOST} acquisitions are remembered; those beyond are left to their lease.
 */
final class AbandonedLocks {

    static final int MOST = 4096;

    private static final Logger log = LoggerFactory.getLogger(AbandonedLocks.class);

    private static final long FIRST_PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(100);
    private static final long LONGEST_PAUSE_NANOS = TimeUnit.SECONDS.toNanos(2);
    private static final long LONGEST_NANOS = TimeUnit.MINUTES.toNanos(10);

    private final LeaseKeeper keeper;
    private final long promptNanos;
    private final Set<Abandoned> pending = ConcurrentHashMap.newKeySet();
    private final AtomicBoolean overflowed = new AtomicBoolean();

    /** @param promptNanos an answer that took longer may be the answer to a repeated command, the first one still under way */
    AbandonedLocks(LeaseKeeper keeper, long promptNanos) {
        this.keeper = keeper;
        this.promptNanos = promptNanos;
    }

    /** Whether an answer to a request sent then, if it comes now, is sure to be the only one. */
    boolean isPrompt(long sentNanos) {
        return System.nanoTime() - sentNanos < promptNanos;
    }

    /** Nobody waits for the answer to this attempt any more: what it may bring is given back. */
    void afterAttempt(OwnedLock lock, CompletableFuture<Boolean> attempt, long sentNanos) {
        Abandoned abandoned = remember(lock);
        if (abandoned != null) {
            abandoned.checkIn(FIRST_PAUSE_NANOS);
            attempt.whenComplete((granted, failure) -> abandoned.answered(granted, failure, sentNanos));
        }
    }

    /** The lock was released or is no longer wanted, but it is not sure that it is free or stays so. */
    void watch(OwnedLock lock) {
        Abandoned abandoned = remember(lock);
        if (abandoned != null) {
            abandoned.settled = true;
            abandoned.checkIn(FIRST_PAUSE_NANOS);
        }
    }

    /** Number of acquisitions that may still hold a lock. */
    int size() {
        return pending.size();
    }

    /** Number of those that Redis has not yet said to be free. */
    long unconfirmed() {
        return pending.stream().filter(abandoned -> !abandoned.confirmed).count();
    }

    private @Nullable Abandoned remember(OwnedLock lock) {
        if (pending.size() >= MOST) {
            if (overflowed.compareAndSet(false, true)) {
                log.warn("More than {} locks wait to be given back to Redis; others end with their lease", MOST);
            }
            return null;
        }
        Abandoned abandoned = new Abandoned(lock);
        pending.add(abandoned);
        return abandoned;
    }

    private final class Abandoned {

        private final OwnedLock lock;
        private final long giveUp = System.nanoTime() + LONGEST_NANOS;

        private volatile @Nullable ScheduledFuture<?> timer;
        private volatile long pause = FIRST_PAUSE_NANOS;
        private volatile long quietSince = System.nanoTime();

        /** Whether the original attempt has been answered, be it by a failure. */
        private volatile boolean settled;

        private volatile boolean confirmed;

        Abandoned(OwnedLock lock) {
            this.lock = lock;
        }

        void answered(@Nullable Boolean granted, @Nullable Throwable failure, long sentNanos) {
            boolean prompt = failure == null && isPrompt(sentNanos);
            ScheduledFuture<?> first = timer;
            boolean mine = first == null || first.cancel(false);
            if (mine && prompt && !Boolean.TRUE.equals(granted)) {
                pending.remove(this);
                return;
            }
            quietSince = System.nanoTime();
            settled = true;
            if (mine && prompt) {
                lock.unlock().whenComplete((ours, failed) -> {
                    if (failed == null) {
                        pending.remove(this);
                    } else {
                        later();
                    }
                });
            } else if (mine) {
                check();
            }
        }

        private void check() {
            lock.isHeld().whenComplete((ours, failure) -> {
                if (failure != null && Answers.cause(failure) instanceof RedissonShutdownException) {
                    pending.remove(this);
                } else if (failure != null) {
                    quietSince = System.nanoTime();
                    later();
                } else if (ours) {
                    free();
                } else {
                    confirmed = settled;
                    laterUnlessSure();
                }
            });
        }

        private void free() {
            lock.unlock().whenComplete((ours, failure) -> {
                if (failure != null) {
                    quietSince = System.nanoTime();
                }
                later();
            });
        }

        private void laterUnlessSure() {
            if (settled && System.nanoTime() - quietSince >= lock.leaseNanos()) {
                pending.remove(this);
            } else {
                later();
            }
        }

        private void later() {
            if (System.nanoTime() - giveUp >= 0) {
                pending.remove(this);
                return;
            }
            checkIn(pause);
            long longest = Math.min(LONGEST_PAUSE_NANOS, lock.leaseNanos() / 4);
            pause = Math.max(FIRST_PAUSE_NANOS, Math.min(pause * 2, longest));
        }

        private void checkIn(long nanos) {
            ScheduledFuture<?> planned = keeper.schedule(this::check, nanos);
            timer = planned;
            if (planned == null) {
                pending.remove(this);
            }
        }
    }
}
