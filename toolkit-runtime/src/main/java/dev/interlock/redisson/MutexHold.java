package dev.interlock.redisson;

import dev.interlock.key.LockKey;
import dev.interlock.lock.BackendHold;
import dev.interlock.lock.FencingTokens;
import java.time.Duration;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A lock in Redis from its grant to its release.
 *
 * <p><b>Concurrency.</b> The phase leaves {@code HELD} once, by compare-and-set: to {@code LOST} or to {@code RELEASED}.
 * Whoever wins decides what is told; answers that come later change nothing. The keeper's thread renews; {@link #verify()}
 * renews on the caller's behalf. Renewals may overlap each other and the release: the scripts look at the owner, and what
 * the release leaves behind has no owner any more.
 *
 * <p><b>Invariant.</b> {@code validUntil} is never later than the end of the lease in Redis: it counts from before the
 * request was sent, is shortened by the drift allowed between the clocks, and moves only by an answer to a request. It is
 * a time on the monotonic clock, so a process that was stopped finds it passed when it looks next, before any timer ran.
 */
final class MutexHold implements BackendHold {

    private static final Logger log = LoggerFactory.getLogger(MutexHold.class);

    private static final CompletableFuture<State> WAS_LOST = CompletableFuture.completedFuture(State.LOST);
    private static final long FOREVER_NANOS = Long.MAX_VALUE / 4;
    private static final long SHORTEST_RETRY_NANOS = TimeUnit.MILLISECONDS.toNanos(5);

    private enum Phase {
        HELD,
        LOST,
        RELEASED
    }

    private final LockKey key;
    private final OwnedLock lock;
    private final MutexServices services;
    private final boolean doubtful;

    private final AtomicReference<Phase> phase = new AtomicReference<>(Phase.HELD);
    private final AtomicBoolean ended = new AtomicBoolean();
    private final AtomicReference<@Nullable Runnable> lossListener = new AtomicReference<>();
    private final AtomicLong validUntil;
    private volatile long nextRenewal;
    private volatile long renewUntil;
    private volatile @Nullable Release release;

    /** An unlock or keep under way. */
    private record Release(CompletableFuture<State> result, boolean kept, long answerBy) {}

    /**
     * @param sentNanos when the request that was granted was sent
     * @param doubtful whether Redisson may have sent the request more than once
     */
    MutexHold(LockKey key, OwnedLock lock, MutexServices services, long sentNanos, boolean doubtful) {
        this.key = key;
        this.lock = lock;
        this.services = services;
        this.doubtful = doubtful;
        this.validUntil = new AtomicLong(validFrom(sentNanos));
        this.nextRenewal = sentNanos + lock.leaseNanos() / 3;
        this.renewUntil = sentNanos + FOREVER_NANOS;
    }

    /** One hundredth of the lease and 2 ms are left to the difference between the clocks' speeds, as in Redlock. */
    private long validFrom(long sentNanos) {
        long lease = lock.leaseNanos();
        return sentNanos + lease - lease / 100 - TimeUnit.MILLISECONDS.toNanos(2);
    }

    /** When the hold wants to be ticked first. */
    long due() {
        return nextRenewal;
    }

    @Override
    public State known() {
        if (phase.get() != Phase.HELD) {
            return State.LOST;
        }
        if (System.nanoTime() - validUntil.get() < 0) {
            return State.HELD;
        }
        lose(mayRenew(validUntil.get()) ? "its lease ended, no renewal was answered" : "it was held for maxHold");
        return State.LOST;
    }

    /**
     * {@inheritDoc}
     *
     * <p>An answer in time also renews the lease, unless renewals have ended. No answer makes this call return
     * {@code LOST}; the hold itself is lost only when Redis says so or its validity has passed.
     */
    @Override
    public State verify() {
        if (known() == State.LOST) {
            return State.LOST;
        }
        long now = System.nanoTime();
        long patience = Math.min(services.callTimeoutNanos(), validUntil.get() - now);
        boolean ours = Answers.within(renew(now, mayRenew(now)), patience).orElse(false);
        return ours ? known() : State.LOST;
    }

    @Override
    public void onLoss(Runnable listener) {
        lossListener.set(listener);
        if (phase.get() == Phase.LOST) {
            tellLoss();
        }
    }

    @Override
    public OptionalLong drawToken() {
        FencingTokens tokens = services.tokens();
        if (tokens == null || known() == State.LOST) {
            return OptionalLong.empty();
        }
        OptionalLong drawn = tokens.draw();
        return known() == State.HELD ? drawn : OptionalLong.empty();
    }

    @Override
    public void renewFor(Duration maxHold) {
        long now = System.nanoTime();
        renewUntil = now + MutexServices.nanos(maxHold, FOREVER_NANOS);
        services.keeper().wakeBy(Math.max(now, nextRenewal));
    }

    /**
     * {@inheritDoc}
     *
     * <p>Without an answer within the call timeout the result is what validity says; freeing the lock is then tried again in
     * the background. A lock that shall be kept has no owner from then on, so that a renewal still under way finds none.
     * Completed by a thread of Redisson or the keeper's.
     */
    @Override
    public CompletableFuture<State> release(Duration keep) {
        if (!ended.compareAndSet(false, true)) {
            return WAS_LOST;
        }
        if (known() == State.LOST || !phase.compareAndSet(Phase.HELD, Phase.RELEASED)) {
            services.abandoned().watch(lock);
            return WAS_LOST;
        }
        boolean kept = !keep.isZero();
        long answerBy = System.nanoTime() + services.callTimeoutNanos();
        Release running = new Release(new CompletableFuture<>(), kept, answerBy);
        release = running;
        CompletableFuture<Boolean> answer = kept ? lock.keep(keep) : lock.unlock();
        answer.whenComplete((ours, failure) -> released(running, ours));
        if (!running.result().isDone() && !services.keeper().wakeBy(answerBy)) {
            running.result().completeOnTimeout(byValidity(), services.callTimeoutNanos(), TimeUnit.NANOSECONDS);
        }
        return running.result();
    }

    @Override
    public String place() {
        return "redis lock " + RedisNames.id(key);
    }

    /**
     * Does what is due; called by the keeper's thread alone.
     *
     * @return when to call again
     */
    long tick(long now) {
        Release running = release;
        if (running != null) {
            if (now - running.answerBy() >= 0) {
                released(running, null);
            }
            return running.answerBy();
        }
        if (known() == State.LOST || !mayRenew(now)) {
            return validUntil.get();
        }
        if (now - nextRenewal >= 0) {
            renew(now, true);
        }
        long next = nextRenewal;
        long end = validUntil.get();
        return next - end < 0 ? next : end;
    }

    private boolean mayRenew(long now) {
        return now - renewUntil < 0;
    }

    /** Sends a renewal; should no answer come, another follows while the lease lasts. */
    private CompletableFuture<Boolean> renew(long now, boolean extend) {
        if (extend) {
            nextRenewal = now + Math.min(lock.leaseNanos() / 3, services.callTimeoutNanos());
        }
        return lock.renew(extend).whenComplete((ours, failure) -> {
            if (failure != null) {
                retryRenewal(extend);
            } else if (!ours) {
                lose("Redis no longer has it; expired early, flushed, deleted, or gone with a failed server");
            } else if (extend) {
                validUntil.accumulateAndGet(validFrom(now), MutexHold::later);
                nextRenewal = later(nextRenewal, now + lock.leaseNanos() / 3);
            }
        });
    }

    private void retryRenewal(boolean extend) {
        if (extend && phase.get() == Phase.HELD) {
            long retry = System.nanoTime() + Math.max(SHORTEST_RETRY_NANOS, lock.leaseNanos() / 12);
            if (retry - nextRenewal < 0) {
                nextRenewal = retry;
                services.keeper().wakeBy(retry);
            }
        }
    }

    private static long later(long one, long other) {
        return one - other > 0 ? one : other;
    }

    private void lose(String reason) {
        if (phase.compareAndSet(Phase.HELD, Phase.LOST)) {
            services.keeper().remove(this);
            log.warn("The lock {} in Redis is lost while held: {}", key, reason);
            services.keeper().execute(this::tellLoss);
        }
    }

    /** A loss that is found by the release, or is told after it, is the release's result alone. */
    private void tellLoss() {
        Runnable listener = lossListener.getAndSet(null);
        if (listener != null && !ended.get()) {
            listener.run();
        }
    }

    /**
     * A lock that was to be kept is not freed for want of an answer; it ends with its lease at the latest.
     *
     * @param ours null if there was no answer
     */
    private void released(Release running, @Nullable Boolean ours) {
        State state = byValidity();
        if (ours != null) {
            state = ours ? State.HELD : State.LOST;
        }
        services.keeper().remove(this);
        boolean unsure = ours != null ? doubtful : !running.kept();
        if (running.result().complete(state) && unsure) {
            services.abandoned().watch(lock);
        }
    }

    /** Whether the lease lasts, whatever else has happened. */
    State byValidity() {
        return System.nanoTime() - validUntil.get() < 0 ? State.HELD : State.LOST;
    }
}
