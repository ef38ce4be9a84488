package dev.interlock.lock;

import dev.interlock.guard.CallChain;
import dev.interlock.guard.ChainHold;
import dev.interlock.guard.Clock;
import dev.interlock.guard.Deadline;
import dev.interlock.guard.GuardStep;
import dev.interlock.guard.GuardedCall;
import dev.interlock.guard.ReturnShape;
import dev.interlock.key.LockKey;
import dev.interlock.lock.BackendHold.State;
import dev.interlock.lock.LockBackend.Acquisition;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.transaction.TransactionDefinition;
import org.springframework.transaction.support.TransactionSynchronizationManager;

/**
 * Holds a session lock around the inner layers: taken before any transaction of the method begins, released after the
 * method, its stage and any surrounding transaction have ended.
 */
final class SessionLockStep implements GuardStep.Advice {

    private static final Logger log = LoggerFactory.getLogger(SessionLockStep.class);

    private final LockDefinition definition;
    private final LockSpace space;
    private final Clock clock;
    private final AtomicBoolean warned = new AtomicBoolean();

    SessionLockStep(LockDefinition definition, Clock clock) {
        this.definition = definition;
        this.space = definition.space();
        this.clock = clock;
    }

    @Override
    public @Nullable Object around(GuardedCall call, GuardStep.Next next) throws Throwable {
        Hold hold = hold(new LockTarget(space, definition.key().evaluate(call.arguments())));
        CallChain chain = CallChain.enter(hold);
        Object result;
        try {
            result = next.proceed(call);
        } catch (Throwable thrown) {
            chain.exit(hold);
            throw withLoss(thrown, hold.unpin().join(), hold);
        }
        chain.exit(hold);
        return definition.shape() == ReturnShape.STAGE && result != null
                ? releaseAfter((CompletionStage<?>) result, hold)
                : releaseNow(result, hold);
    }

    private static @Nullable Object releaseNow(@Nullable Object result, Hold hold) {
        if (hold.unpin().join() == State.LOST) {
            throw lost(hold);
        }
        return result;
    }

    /** Ends as the stage does, but not before the lock is released. */
    private static CompletionStage<?> releaseAfter(CompletionStage<?> stage, Hold hold) {
        CompletableFuture<@Nullable Object> released = new CompletableFuture<>();
        stage.whenComplete((value, failure) -> hold.unpin().thenAccept(state -> {
            if (failure != null) {
                released.completeExceptionally(withLoss(failure, state, hold));
            } else if (state == State.LOST) {
                released.completeExceptionally(lost(hold));
            } else {
                released.complete(value);
            }
        }));
        return released;
    }

    private static Throwable withLoss(Throwable thrown, State state, Hold hold) {
        if (state == State.LOST && !(thrown instanceof LockLostException)) {
            thrown.addSuppressed(lost(hold));
        }
        return thrown;
    }

    /** A hold with one pin for this call: an outer one that still stands, or a new one. */
    private Hold hold(LockTarget target) {
        ChainHold outer = CallChain.find(target);
        if (outer instanceof Hold held && held.isEffective()) {
            held.pin();
            return held;
        }
        LockMessages.refuseSelfWait(target);
        Hold hold = acquire(target, outer != null);
        warnOfOldSnapshot();
        hold.bindToTransactions();
        return hold;
    }

    private Hold acquire(LockTarget target, boolean chainHasTurn) {
        LockKey key = target.key();
        Deadline deadline = Deadline.after(clock, definition.waitTime());
        try {
            if (!chainHasTurn && !space.gate().enter(key, deadline)) {
                throw LockMessages.unavailable(
                        definition, key, space.session().name(), "holder=" + definition.holder(key), null);
            }
            boolean granted = false;
            try {
                Acquisition acquisition = space.session().acquire(LockRequest.exclusive(key), deadline);
                if (acquisition instanceof Acquisition.Granted grant) {
                    granted = true;
                    return Hold.ofSession(target, !chainHasTurn, grant.hold());
                }
                Acquisition.Unavailable refusal = (Acquisition.Unavailable) acquisition;
                throw LockMessages.unavailable(
                        definition,
                        key,
                        space.session().name(),
                        refusal.reason() + ", holder=" + definition.holder(key),
                        refusal.cause());
            } finally {
                if (!granted && !chainHasTurn) {
                    space.gate().leave(key);
                }
            }
        } catch (InterruptedException interrupt) {
            throw LockMessages.interrupted(key, interrupt);
        }
    }

    /** A lock taken inside such a transaction cannot show it what was committed since its first statement. */
    private void warnOfOldSnapshot() {
        Integer isolation = TransactionSynchronizationManager.getCurrentTransactionIsolationLevel();
        if (isolation != null
                && isolation > TransactionDefinition.ISOLATION_READ_COMMITTED
                && warned.compareAndSet(false, true)) {
            log.warn(
                    "Lock '{}' was taken inside a transaction of the caller that is stricter than READ COMMITTED: its snapshot"
                            + " may be older than the lock and hide what the former holder committed; take the lock around"
                            + " the method that opens the transaction",
                    definition.name());
        }
    }

    private static LockLostException lost(Hold hold) {
        return new LockLostException(
                "Lock " + hold.target().key()
                        + " was lost while the body ran, so another holder may have run at the same time; effects outside a"
                        + " rolled-back transaction are unknown",
                LockLostException.Effects.UNKNOWN);
    }
}
