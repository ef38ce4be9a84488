package dev.interlock.lock;

import dev.interlock.InterlockException;
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
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/**
 * The two layers of a lock in the transaction: the turns at the gate outside it, and the locks as its first statements.
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
    private final LockTerms terms;
    private final LockSpace space;
    private final TransactionLockBackend backend;
    private final Clock clock;

    TransactionLockSteps(LockDefinition definition, Clock clock) {
        this.definition = definition;
        this.terms = definition.terms();
        this.space = definition.space();
        this.backend = space.transaction();
        this.clock = clock;
    }

    /** Outside the transaction. */
    @Nullable
    Object takeTurn(GuardedCall call, GuardStep.Next next) throws Throwable {
        TransactionTurn turn = turn(definition.keys(call));
        GuardedCall inner = call.carrying(this, turn);
        try {
            return LockedSection.run(turn.turns(), false, () -> proceedUntilLocked(inner, next, turn));
        } catch (Throwable failure) {
            turn.failed(failure);
            throw failure;
        }
    }

    private @Nullable Object proceedUntilLocked(GuardedCall call, GuardStep.Next next, TransactionTurn turn)
            throws Throwable {
        while (true) {
            try {
                return next.proceed(call);
            } catch (ComeAgain again) {
                Deadline deadline = turn.deadline();
                if (again.turn != turn || deadline == null) {
                    throw again;
                }
                pause(again.key, deadline);
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

    private TransactionTurn turn(List<LockKey> keys) {
        Deadline deadline = Deadline.after(clock, terms.waitTime());
        LockMeters.Asking asking = asking();
        List<Hold> holds = new ArrayList<>(keys.size());
        try {
            for (LockKey key : keys) {
                holds.add(hold(new LockTarget(space, key), deadline));
            }
            return new TransactionTurn(new HeldLocks(terms, List.copyOf(holds)), deadline, asking);
        } catch (Throwable failure) {
            new HeldLocks(terms, holds).release().join();
            if (asking != null) {
                asking.failed(failure);
            }
            throw failure;
        }
    }

    private LockMeters.@Nullable Asking asking() {
        LockMeters meters = space.meters(terms.name());
        return meters == null ? null : meters.asks();
    }

    private Hold hold(LockTarget target, Deadline deadline) {
        ChainHold outer = CallChain.find(target);
        LockMessages.refuseUpgrade(outer, terms.mode());
        if (outer instanceof Hold held) {
            held.pin();
            return held;
        }
        LockMessages.refuseSelfWait(target);
        KeyGate.Turn turn;
        try {
            turn = space.gate().enter(target.key(), terms.mode(), grant -> false, deadline);
        } catch (InterruptedException interrupt) {
            throw LockMessages.interrupted(target.key(), interrupt);
        }
        if (turn == null) {
            throw LockMessages.unavailable(terms, target, "", null);
        }
        if (Thread.interrupted()) {
            space.gate().leave(turn);
            throw LockMessages.interrupted(target.key(), new InterruptedException());
        }
        return Hold.ofTransaction(target, terms, turn);
    }

    /** Inside the transaction. */
    @Nullable
    Object lock(GuardedCall call, GuardStep.Next next) throws Throwable {
        TransactionTurn turn = (TransactionTurn) call.carried(this);
        if (turn == null) {
            throw new IllegalStateException("Lock '" + definition.name() + "' has no turn; its outer layer is missing");
        }
        List<Hold> missing = new ArrayList<>(1);
        for (Hold hold : turn.turns().holds()) {
            if (!hold.isEffective()) {
                missing.add(hold);
            }
        }
        if (!missing.isEmpty()) {
            lock(missing, turn);
        }
        turn.got(!missing.isEmpty());
        return next.proceed(call);
    }

    private void lock(List<Hold> holds, TransactionTurn turn) {
        TransactionScope transaction = TransactionScope.active();
        if (transaction == null) {
            throw LockMessages.refused(holds.get(0).target().key(), "there is no transaction to carry it", null);
        }
        Failure failure = attempt(holds, deadline(turn), turn.isJoined(transaction));
        if (failure != null) {
            throw refusal(failure, turn);
        }
        holds.forEach(hold -> hold.lockedIn(transaction));
    }

    private Deadline deadline(TransactionTurn turn) {
        Deadline deadline = turn.deadline();
        if (deadline == null) {
            deadline = Deadline.after(clock, terms.waitTime());
            turn.waits(deadline, asking());
        }
        return deadline;
    }

    /** What went wrong at which lock. */
    private record Failure(Hold hold, Attempt attempt) {}

    private RuntimeException refusal(Failure failure, TransactionTurn turn) {
        LockTarget target = failure.hold().target();
        if (failure.attempt() instanceof Attempt.Impossible impossible) {
            return LockMessages.refused(target.key(), impossible.reason(), impossible.cause());
        }
        return deadline(turn).passed()
                ? LockMessages.unavailable(terms, target, "", null)
                : new ComeAgain(turn, target.key());
    }

    /** Locks of a transaction that is not ours to roll back are taken all or none, behind a savepoint where they are several. */
    private @Nullable Failure attempt(List<Hold> holds, Deadline deadline, boolean joined) {
        Hold[] at = {holds.get(0)};
        TransactionLockBackend.Attempts attempts = () -> {
            Attempt attempt = new Attempt.Locked();
            for (int i = 0; i < holds.size() && attempt instanceof Attempt.Locked; i++) {
                at[0] = holds.get(i);
                attempt = attempt(at[0].target().key(), deadline, joined);
            }
            return attempt;
        };
        try {
            Attempt attempt = joined && holds.size() > 1 ? backend.allOrNothing(attempts) : attempts.make();
            return attempt instanceof Attempt.Locked ? null : new Failure(at[0], attempt);
        } catch (InterruptedException interrupt) {
            throw LockMessages.interrupted(at[0].target().key(), interrupt);
        }
    }

    private Attempt attempt(LockKey key, Deadline deadline, boolean joined) throws InterruptedException {
        Attempt first = backend.tryLock(key, terms.mode());
        if (!(first instanceof Attempt.Busy) || deadline.passed()) {
            return first;
        }
        if (joined) {
            return backend.lock(key, terms.mode(), deadline);
        }
        if (!space.blockingTransactions().tryAcquire()) {
            return first;
        }
        try {
            return backend.lock(key, terms.mode(), deadline);
        } finally {
            space.blockingTransactions().release();
        }
    }

    /** Rolls the pipeline's transaction back and returns to the gate. Never reaches a caller. */
    @SuppressWarnings("serial")
    private static final class ComeAgain extends InterlockException {

        private final transient TransactionTurn turn;
        private final transient LockKey key;

        ComeAgain(TransactionTurn turn, LockKey key) {
            super("lock " + key + " is busy; its transaction rolls back and comes again");
            this.turn = turn;
            this.key = key;
        }

        @Override
        public Throwable fillInStackTrace() {
            return this;
        }
    }
}
