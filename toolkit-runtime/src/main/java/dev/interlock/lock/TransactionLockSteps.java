package dev.interlock.lock;

import dev.interlock.InterlockException;
import dev.interlock.annotation.LockMode;
import dev.interlock.guard.CallChain;
import dev.interlock.guard.ChainHold;
import dev.interlock.guard.Clock;
import dev.interlock.guard.Deadline;
import dev.interlock.guard.GuardStep;
import dev.interlock.guard.GuardedCall;
import dev.interlock.guard.TransactionScope;
import dev.interlock.key.LockKey;
import dev.interlock.lock.TransactionLockBackend.Attempt;
import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/**
 * The two layers of a lock in the transaction: the turn at the gate outside it, and the lock as its first statement.
 *
 * <p><b>Waiting.</b> Waiters of this JVM stand at the gate without a connection. Who has the turn and finds the lock taken
 * by another process may block in its transaction while fewer than half the pool do; otherwise it rolls back, sleeps without
 * a connection and comes again, all within one deadline. In a transaction of the caller it always blocks, since that is not
 * ours to roll back.
 *
 * <p><b>Turn and lock end together.</b> The hold is pinned by the transaction that carries the lock, so the turn passes on
 * after its end and not before, whether the transaction is the pipeline's or the caller's.
 */
final class TransactionLockSteps {

    private static final Duration SHORTEST_PAUSE = Duration.ofMillis(5);
    private static final int PAUSE_SPREAD_MILLIS = 20;

    private final LockDefinition definition;
    private final LockSpace space;
    private final TransactionLockBackend backend;
    private final Clock clock;

    TransactionLockSteps(LockDefinition definition, Clock clock) {
        this.definition = definition;
        this.space = definition.space();
        this.backend = space.transaction();
        this.clock = clock;
    }

    /** Outside the transaction. */
    @Nullable
    Object takeTurn(GuardedCall call, GuardStep.Next next) throws Throwable {
        Hold hold = turn(new LockTarget(space, definition.key().evaluate(call.arguments())));
        CallChain chain = CallChain.enter(hold);
        try {
            return proceedUntilLocked(call.carrying(this, hold), next, hold);
        } finally {
            chain.exit(hold);
            hold.unpin().join();
        }
    }

    private @Nullable Object proceedUntilLocked(GuardedCall call, GuardStep.Next next, Hold hold) throws Throwable {
        while (true) {
            try {
                return next.proceed(call);
            } catch (ComeAgain again) {
                Deadline deadline = hold.deadline();
                if (again.hold != hold || deadline == null) {
                    throw again;
                }
                pause(hold.target().key(), deadline);
            }
        }
    }

    private void pause(LockKey key, Deadline deadline) {
        try {
            deadline.sleep(SHORTEST_PAUSE.plusMillis(ThreadLocalRandom.current().nextInt(PAUSE_SPREAD_MILLIS)));
        } catch (InterruptedException interrupt) {
            throw LockMessages.interrupted(key, interrupt);
        }
    }

    private Hold turn(LockTarget target) {
        ChainHold outer = CallChain.find(target);
        if (outer instanceof Hold held) {
            held.pin();
            if (!held.isEffective()) {
                held.prepare(null, TransactionScope.active());
            }
            return held;
        }
        LockKey key = target.key();
        LockMessages.refuseSelfWait(target);
        Deadline deadline = Deadline.after(clock, definition.waitTime());
        try {
            if (!space.gate().enter(key, deadline)) {
                throw LockMessages.unavailable(definition, key, backend.name(), "holder=in this process", null);
            }
        } catch (InterruptedException interrupt) {
            throw LockMessages.interrupted(key, interrupt);
        }
        Hold hold = Hold.ofTransaction(target);
        hold.prepare(deadline, TransactionScope.active());
        return hold;
    }

    /** Inside the transaction. */
    @Nullable
    Object lock(GuardedCall call, GuardStep.Next next) throws Throwable {
        Hold hold = (Hold) call.carried(this);
        if (hold == null) {
            throw new IllegalStateException("Lock '" + definition.name() + "' has no turn; its outer layer is missing");
        }
        if (!hold.isEffective()) {
            lock(hold);
        }
        return next.proceed(call);
    }

    private void lock(Hold hold) {
        LockKey key = hold.target().key();
        TransactionScope transaction = TransactionScope.active();
        if (transaction == null) {
            throw LockMessages.refused(key, "there is no transaction to carry it", null);
        }
        Deadline deadline = hold.deadline() != null ? hold.deadline() : Deadline.after(clock, definition.waitTime());
        Attempt attempt;
        try {
            attempt = attempt(key, deadline, hold.isJoined(transaction));
        } catch (InterruptedException interrupt) {
            throw LockMessages.interrupted(key, interrupt);
        }
        if (attempt instanceof Attempt.Impossible impossible) {
            throw LockMessages.refused(key, impossible.reason(), impossible.cause());
        }
        if (attempt instanceof Attempt.Busy) {
            if (deadline.passed()) {
                throw LockMessages.unavailable(
                        definition, key, backend.name(), "holder=" + definition.holder(key), null);
            }
            hold.waitUntil(deadline);
            throw new ComeAgain(hold);
        }
        hold.waitUntil(null);
        hold.lockedIn(transaction);
    }

    private Attempt attempt(LockKey key, Deadline deadline, boolean joined) throws InterruptedException {
        Attempt first = backend.tryLock(key, LockMode.EXCLUSIVE);
        if (!(first instanceof Attempt.Busy) || deadline.passed()) {
            return first;
        }
        if (joined) {
            return backend.lock(key, LockMode.EXCLUSIVE, deadline);
        }
        if (!space.blockingTransactions().tryAcquire()) {
            return first;
        }
        try {
            return backend.lock(key, LockMode.EXCLUSIVE, deadline);
        } finally {
            space.blockingTransactions().release();
        }
    }

    /** Rolls the pipeline's transaction back and returns to the gate. Never reaches a caller. */
    @SuppressWarnings("serial")
    private static final class ComeAgain extends InterlockException {

        private final transient Hold hold;

        ComeAgain(Hold hold) {
            super("lock " + hold.target().key() + " is busy; its transaction rolls back and comes again");
            this.hold = hold;
        }

        @Override
        public Throwable fillInStackTrace() {
            return this;
        }
    }
}
