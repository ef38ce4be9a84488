package dev.interlock.lock;

import dev.interlock.guard.ChainHold;
import dev.interlock.guard.Deadline;
import dev.interlock.guard.TransactionScope;
import dev.interlock.lock.BackendHold.State;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One acquired lock of a call chain: the turn at the gate, and the lock behind it, either a session lock or one in a
 * transaction.
 *
 * <p><b>Pins.</b> Whoever needs the hold to last pins it: the acquiring call, every re-entrant call, every unfinished stage,
 * every transaction it is bound to. The last pin to go, on whatever thread, releases the lock and then leaves the gate.
 *
 * <p>{@code lockedIn}, {@code outside} and {@code deadline} belong to transaction locks and are confined to the thread of the call chain.
 */
final class Hold implements ChainHold {

    private static final Logger log = LoggerFactory.getLogger(Hold.class);
    private static final CompletableFuture<State> STILL_HELD = CompletableFuture.completedFuture(State.HELD);

    private final LockTarget target;
    private final boolean hasTurn;
    private final @Nullable BackendHold session;
    private final AtomicInteger pins = new AtomicInteger(1);
    private @Nullable TransactionScope lockedIn;
    private @Nullable TransactionScope outside;
    private @Nullable Deadline deadline;

    private Hold(LockTarget target, boolean hasTurn, @Nullable BackendHold session) {
        this.target = target;
        this.hasTurn = hasTurn;
        this.session = session;
    }

    /** @param hasTurn false if an outer hold of the same chain has the turn at the gate */
    static Hold ofSession(LockTarget target, boolean hasTurn, BackendHold session) {
        return new Hold(target, hasTurn, session);
    }

    /** Has the turn; the lock itself is taken in each transaction. */
    static Hold ofTransaction(LockTarget target) {
        return new Hold(target, true, null);
    }

    LockTarget target() {
        return target;
    }

    /** Whether the lock itself is held, so that a nested call may rely on it. */
    boolean isEffective() {
        return session != null ? !isReleased() : lockedIn != null && lockedIn.isActive();
    }

    /** When the current wait for the transaction lock ends, or {@code null} before an attempt. */
    @Nullable
    Deadline deadline() {
        return deadline;
    }

    void waitUntil(@Nullable Deadline end) {
        this.deadline = end;
    }

    /** Before the inner layers run: when the wait ends, and the caller's transaction, if any. */
    void prepare(@Nullable Deadline end, @Nullable TransactionScope outside) {
        this.deadline = end;
        this.outside = outside;
    }

    /** Whether the transaction is the caller's and not one that the pipeline opened for this hold. */
    boolean isJoined(TransactionScope transaction) {
        return transaction == outside;
    }

    void pin() {
        pins.incrementAndGet();
    }

    /** Keeps the hold until every transaction has ended that statements in the lock's database may belong to. */
    void bindToTransactions() {
        for (TransactionScope scope :
                TransactionScope.sharing(target.space().transaction().resource())) {
            pin();
            scope.bind(this);
        }
    }

    void lockedIn(TransactionScope scope) {
        lockedIn = scope;
        bindToTransactions();
    }

    /**
     * Gives one pin back.
     *
     * @return whether the lock is held, or was held until this released it
     */
    CompletableFuture<State> unpin() {
        if (pins.decrementAndGet() > 0) {
            return session == null || session.known() == State.HELD
                    ? STILL_HELD
                    : CompletableFuture.completedFuture(State.LOST);
        }
        if (session == null) {
            leaveGate();
            return STILL_HELD;
        }
        CompletableFuture<State> released = session.release(Duration.ZERO);
        if (released.isDone()) {
            leaveGate();
            return released;
        }
        return released.whenComplete((state, failure) -> leaveGate());
    }

    private void leaveGate() {
        if (hasTurn) {
            target.space().gate().leave(target.key());
        }
    }

    @Override
    public boolean standsFor(Object key) {
        return target.equals(key);
    }

    @Override
    public boolean isReleased() {
        return pins.get() <= 0;
    }

    @Override
    public void beforeCommit() {
        if (session != null && session.verify() == State.LOST) {
            throw new LockLostException(
                    "Lock " + target.key() + " was lost before the commit; the transaction is rolled back",
                    LockLostException.Effects.ROLLED_BACK);
        }
    }

    @Override
    public void unbound(TransactionScope scope) {
        if (lockedIn == scope) {
            lockedIn = null;
        }
        if (unpin().join() == State.LOST && scope.outcome() == TransactionScope.Outcome.COMMITTED) {
            log.warn(
                    "Lock {} was found lost after the commit it should have outlived; another holder may have run in the last"
                            + " moment of that transaction",
                    target.key());
        }
    }
}
