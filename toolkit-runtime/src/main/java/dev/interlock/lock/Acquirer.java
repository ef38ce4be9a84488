package dev.interlock.lock;

import dev.interlock.guard.CallChain;
import dev.interlock.guard.ChainHold;
import dev.interlock.guard.Clock;
import dev.interlock.guard.Deadline;
import dev.interlock.key.LockKey;
import dev.interlock.lock.LockBackend.Acquisition;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.transaction.TransactionDefinition;
import org.springframework.transaction.support.TransactionSynchronizationManager;

/**
 * Takes the locks of one call from their backend: all of them within one deadline, or none.
 *
 * <p>Keys come in an order that every caller shares, so that two calls with overlapping keys wait for each other in one
 * direction only. What the call chain holds already is entered again. Thread-safe.
 */
final class Acquirer {

    private static final Logger log = LoggerFactory.getLogger(Acquirer.class);

    private final LockTerms terms;
    private final LockSpace space;
    private final Clock clock;
    private final AtomicBoolean warned = new AtomicBoolean();

    Acquirer(LockTerms terms, LockSpace space, Clock clock) {
        this.terms = terms;
        this.space = space;
        this.clock = clock;
    }

    /**
     * Locks every key for this call.
     *
     * @param keys not empty, each once, in the order all callers share
     * @throws LockNotAcquiredException if one of them is not to be had; nothing new is held then
     */
    HeldLocks acquire(List<LockKey> keys) {
        LockMeters meters = space.meters(terms.name());
        if (meters == null) {
            return take(keys);
        }
        LockMeters.Asking asking = meters.asks();
        HeldLocks held;
        try {
            held = take(keys);
        } catch (Throwable failure) {
            asking.failed(failure);
            throw failure;
        }
        asking.got(held.holds());
        return held;
    }

    private HeldLocks take(List<LockKey> keys) {
        Deadline deadline = Deadline.after(clock, terms.waitTime());
        if (keys.size() == 1) {
            return bound(new HeldLocks(terms, List.of(hold(keys.get(0), deadline, true))));
        }
        List<Hold> holds = new ArrayList<>(keys.size());
        try {
            for (LockKey key : keys) {
                holds.add(hold(key, deadline, false));
            }
            holds.forEach(Hold::endsWithRelease);
        } catch (Throwable failure) {
            new HeldLocks(terms, holds).release().join();
            throw failure;
        }
        return bound(new HeldLocks(terms, List.copyOf(holds)));
    }

    private static HeldLocks bound(HeldLocks held) {
        try {
            for (Hold hold : held.holds()) {
                hold.bindOnce();
            }
            return held;
        } catch (Throwable failure) {
            held.release().join();
            throw failure;
        }
    }

    /** A hold with one pin for this call: an outer one that still stands, or a new one. */
    private Hold hold(LockKey key, Deadline deadline, boolean alone) {
        LockTarget target = new LockTarget(space, key);
        ChainHold outer = CallChain.find(target);
        LockMessages.refuseUpgrade(outer, terms.mode());
        if (outer instanceof Hold held && held.isEffective()) {
            held.pin();
            return held;
        }
        LockMessages.refuseSelfWait(target);
        Hold hold = outer == null ? acquire(target, deadline, alone) : acquireInTurn(target, null, deadline);
        warnOfOldSnapshot();
        return hold;
    }

    private Hold acquire(LockTarget target, Deadline deadline, boolean alone) {
        LockKey key = target.key();
        KeyGate.Turn turn;
        try {
            turn = space.gate().enter(key, terms.mode(), grant -> alone && grant.suits(terms), deadline);
        } catch (InterruptedException interrupt) {
            throw LockMessages.interrupted(key, interrupt);
        }
        if (turn == null) {
            throw LockMessages.unavailable(terms, target, "", null);
        }
        Grant handedOver = turn.handedOver();
        return handedOver == null ? acquireInTurn(target, turn, deadline) : takeOver(target, turn, handedOver);
    }

    private Hold takeOver(LockTarget target, KeyGate.Turn turn, Grant grant) {
        LockMeters meters = space.meters(terms.name());
        if (meters != null) {
            meters.handedOff();
        }
        Hold hold = Hold.ofGrant(target, terms, turn, grant, System.nanoTime());
        if (Thread.interrupted()) {
            hold.unpin().join();
            throw LockMessages.interrupted(target.key(), new InterruptedException());
        }
        return hold;
    }

    /** @param turn {@code null} if an outer hold of the chain has the turn */
    private Hold acquireInTurn(LockTarget target, KeyGate.@Nullable Turn turn, Deadline deadline) {
        Hold hold = null;
        Acquisition acquisition;
        try {
            LockRequest request = terms.request(target.key(), turn != null && turn.hasWaited());
            acquisition = ask(request, turn, deadline);
            if (acquisition instanceof Acquisition.Granted granted) {
                hold = Hold.ofGrant(
                        target,
                        terms,
                        turn,
                        new Grant(request, granted.hold(), space.session().handOffs()),
                        grantedNanos(turn, deadline));
            }
        } catch (InterruptedException interrupt) {
            throw LockMessages.interrupted(target.key(), interrupt);
        } finally {
            if (hold == null && turn != null) {
                space.gate().leave(turn);
            }
        }
        if (hold == null) {
            Acquisition.Unavailable refusal = (Acquisition.Unavailable) acquisition;
            throw LockMessages.unavailable(terms, target, refusal.reason(), refusal.cause());
        }
        return hold;
    }

    /**
     * Without a wait the lock was granted when it was asked for, near enough to tell operators, and the clock need not be read
     * again; but {@code minHold} counts from the grant, however long its answer took, and so does who measures.
     */
    private long grantedNanos(KeyGate.@Nullable Turn turn, Deadline deadline) {
        if (turn == null || deadline.hasBegun() || !terms.minHold().isZero() || space.isObserved()) {
            return System.nanoTime();
        }
        return turn.sinceNanos();
    }

    private Acquisition ask(LockRequest request, KeyGate.@Nullable Turn turn, Deadline deadline)
            throws InterruptedException {
        if (turn == null) {
            return space.session().acquire(request, deadline);
        }
        turn.asks();
        return space.session().acquire(request, deadline);
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
                    terms.name());
        }
    }
}
