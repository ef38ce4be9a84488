package dev.interlock.lock;

import dev.interlock.annotation.Fencing;
import dev.interlock.guard.ChainHold;
import dev.interlock.guard.CommitCheck;
import dev.interlock.guard.TransactionScope;
import dev.interlock.lock.BackendHold.State;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One acquired lock of a call chain: the turn at the gate, and the lock behind it, either one that a backend granted or one
 * in a transaction.
 *
 * <p><b>Pins.</b> Whoever needs the hold to last pins it: the acquiring call, every re-entrant call, every unfinished stage,
 * every transaction it is bound to. The last pin to go, on whatever thread, hands the lock to the next in line, or releases
 * it and then leaves the gate.
 *
 * <p><b>Loss.</b> Told once, on a thread of the backend; listeners added later hear it at once.
 *
 * <p>{@code bound}, {@code lockedNanos} and {@code claimedIn} are confined to the thread of the call chain; {@code lockedIn} is
 * written by it alone.
 */
final class Hold implements ChainHold {

    private static final Logger log = LoggerFactory.getLogger(Hold.class);
    private static final CompletableFuture<State> STILL_HELD = CompletableFuture.completedFuture(State.HELD);
    private static final CompletableFuture<State> NOT_HELD = CompletableFuture.completedFuture(State.LOST);

    private final LockTarget target;
    private final LockTerms terms;
    private final KeyGate.@Nullable Turn turn;
    private final @Nullable Grant grant;
    private final int ordinal;
    private final long sinceNanos;
    private volatile boolean handsOver = true;
    private final AtomicInteger pins = new AtomicInteger(1);
    private @Nullable List<Runnable> listeners;
    private boolean told;
    private boolean lossCounted;
    private boolean bound;
    private volatile @Nullable TransactionScope lockedIn;
    private long lockedNanos;
    private @Nullable TransactionScope claimedIn;

    private Hold(
            LockTarget target, LockTerms terms, KeyGate.@Nullable Turn turn, @Nullable Grant grant, long sinceNanos) {
        this.target = target;
        this.terms = terms;
        this.turn = turn;
        this.grant = grant;
        this.sinceNanos = sinceNanos;
        this.ordinal = grant == null ? 0 : grant.heldBy(this);
    }

    /**
     * Holds what a backend granted.
     *
     * @param turn {@code null} if an outer hold of the same chain has the turn at the gate
     * @param sinceNanos when it was granted
     */
    static Hold ofGrant(LockTarget target, LockTerms terms, KeyGate.@Nullable Turn turn, Grant grant, long sinceNanos) {
        Hold hold = new Hold(target, terms, turn, grant, sinceNanos);
        if (!terms.maxHold().isZero()) {
            grant.backend().renewFor(terms.maxHold());
        }
        grant.listen();
        hold.show();
        return hold;
    }

    /** Has the turn; the lock itself is taken in each transaction. */
    static Hold ofTransaction(LockTarget target, LockTerms terms, KeyGate.Turn turn) {
        Hold hold = new Hold(target, terms, turn, null, System.nanoTime());
        hold.show();
        return hold;
    }

    /** From now on it is seen by inspections. */
    private void show() {
        if (turn != null) {
            turn.holds(this);
        } else {
            target.space().withoutTurn().add(this);
        }
    }

    LockTarget target() {
        return target;
    }

    LockTerms terms() {
        return terms;
    }

    long sinceNanos() {
        return sinceNanos;
    }

    /** Where the backend keeps the lock, for operators. */
    String place() {
        return grant == null ? "its transaction" : grant.backend().place();
    }

    boolean isOfTransaction() {
        return grant == null;
    }

    /** Whether it is more than a turn: the lock itself is there, in its transaction or at its backend. */
    boolean hasLock() {
        return grant != null || lockedIn != null;
    }

    /** From now on the lock goes back to its backend when this ends, since its token was compared with those of other locks. */
    void endsWithRelease() {
        handsOver = false;
    }

    void pin() {
        pins.incrementAndGet();
    }

    /** Keeps a new hold until every transaction has ended that statements in the lock's database may belong to. */
    void bindOnce() {
        if (!bound) {
            bound = true;
            bindToTransactions();
        }
    }

    private void bindToTransactions() {
        TransactionScope.sharing(target.space().resource()).forEach(this::bind);
    }

    private void bind(TransactionScope scope) {
        pin();
        scope.bind(this);
    }

    void lockedIn(TransactionScope scope) {
        lockedIn = scope;
        lockedNanos = target.space().isObserved() ? System.nanoTime() : 0;
        bindToTransactions();
    }

    /** Whether a transaction that has not ended carries the fence, so that nobody newer can commit before it. */
    boolean isClaimed() {
        return claimedIn != null && claimedIn.isActive();
    }

    /**
     * The token to claim the fence with; empty if the lock was lost before it could be drawn.
     *
     * <p>One that is used for nothing else yet is drawn by the claim itself: the body has not begun, so it can neither have
     * handed its token on nor have read what a newer holder changed since.
     */
    Optional<FenceStore.Token> tokenToClaim() {
        OptionalLong token = terms.fencing() == Fencing.ENFORCED ? tokenIfDrawn() : token();
        if (token.isPresent()) {
            return Optional.of(new FenceStore.Token.Drawn(token.getAsLong()));
        }
        return terms.fencing() == Fencing.ENFORCED && !isLost()
                ? Optional.of(new FenceStore.Token.Next(ordinal))
                : Optional.empty();
    }

    /**
     * The transaction carries the fence. Whether the lock outlived a draw is asked after it: only then is the token above
     * those of earlier holders and below those of later ones.
     *
     * @return whether the token was drawn while the lock was held
     */
    boolean claimedIn(TransactionScope scope, long token) {
        bind(scope);
        claimedIn = scope;
        if (grant == null || tokenIfDrawn().isPresent()) {
            return true;
        }
        if (isLost()) {
            return false;
        }
        grant.drawn(ordinal, token);
        return true;
    }

    /** The fencing token; empty if there can be none, or no longer. */
    OptionalLong token() {
        return grant == null ? OptionalLong.empty() : grant.token(ordinal);
    }

    /** The fencing token, if somebody has asked for it. */
    OptionalLong tokenIfDrawn() {
        return grant == null ? OptionalLong.empty() : grant.tokenIfDrawn(ordinal);
    }

    boolean isLost() {
        return grant != null && grant.known() == State.LOST;
    }

    /** Called by the grant, on any thread. */
    void lost() {
        if (isReleased()) {
            return;
        }
        List<Runnable> hearing;
        synchronized (this) {
            hearing = told || listeners == null ? List.of() : listeners;
            told = true;
        }
        countLoss();
        hearing.forEach(Runnable::run);
    }

    /** Once, whether the loss was told or found at the release. */
    private void countLoss() {
        synchronized (this) {
            if (lossCounted) {
                return;
            }
            lossCounted = true;
        }
        LockMeters meters = target.space().meters(terms.name());
        if (meters != null) {
            meters.lost();
        }
    }

    private void measure(long beganNanos) {
        LockMeters meters = target.space().meters(terms.name());
        if (meters != null) {
            meters.held(System.nanoTime() - beganNanos);
        }
    }

    /** The listener is quick and does not throw; it runs once, or never if the hold ends well. */
    void onLoss(Runnable listener) {
        synchronized (this) {
            if (!told) {
                listeners = listeners == null ? new ArrayList<>(2) : listeners;
                listeners.add(listener);
                return;
            }
        }
        listener.run();
    }

    /** The listener is told no more. */
    void forget(Runnable listener) {
        synchronized (this) {
            if (!told && listeners != null) {
                listeners.remove(listener);
            }
        }
    }

    /**
     * Gives one pin back.
     *
     * @return whether the lock is held, or was held until this released it
     */
    CompletableFuture<State> unpin() {
        if (pins.decrementAndGet() > 0) {
            return isLost() ? NOT_HELD : STILL_HELD;
        }
        if (turn == null) {
            target.space().withoutTurn().remove(this);
        }
        if (grant == null) {
            leave();
            return STILL_HELD;
        }
        measure(sinceNanos);
        Duration keep = stillToKeep();
        if (handsOver
                && turn != null
                && keep.isZero()
                && grant.mayPassOn()
                && target.space().gate().handOver(turn, grant)) {
            return STILL_HELD;
        }
        CompletableFuture<State> released = grant.backend().release(keep);
        if (released.isDone() && !released.isCompletedExceptionally()) {
            ended(released.join());
            return released;
        }
        return released.whenComplete((state, failure) -> ended(state));
    }

    private void ended(@Nullable State state) {
        leave();
        if (state == State.LOST) {
            countLoss();
        }
    }

    private Duration stillToKeep() {
        if (terms.minHold().isZero()) {
            return Duration.ZERO;
        }
        Duration rest = terms.minHold().minusNanos(System.nanoTime() - sinceNanos);
        return rest.isNegative() ? Duration.ZERO : rest;
    }

    private void leave() {
        if (turn != null) {
            target.space().gate().leave(turn);
        }
    }

    @Override
    public boolean standsFor(Object key) {
        return target.equals(key);
    }

    @Override
    public boolean isEffective() {
        TransactionScope carrier = lockedIn;
        return grant != null ? !isReleased() : carrier != null && carrier.isActive();
    }

    @Override
    public boolean isReleased() {
        return pins.get() <= 0;
    }

    @Override
    public void beforeCommit(CommitCheck check) {
        if (grant == null) {
            return;
        }
        BackendHold backend = grant.backend();
        boolean lost = backend.known() == State.LOST;
        if (!lost && check.isFirst(backend.verifiedWith())) {
            lost = backend.verify() == State.LOST;
        }
        if (lost) {
            throw new LockLostException(
                    "Lock " + target.key() + " was lost before the commit; the transaction is rolled back",
                    LockLostException.Effects.ROLLED_BACK);
        }
    }

    @Override
    public void unbound(TransactionScope scope) {
        if (lockedIn == scope) {
            lockedIn = null;
            if (lockedNanos != 0) {
                measure(lockedNanos);
            }
        }
        boolean fenced = claimedIn == scope;
        if (fenced && scope.isActive()) {
            claimedIn = null;
        }
        if (unpin().join() == State.LOST && !fenced && scope.outcome() == TransactionScope.Outcome.COMMITTED) {
            log.warn(
                    "Lock {} was found lost after the commit it should have outlived; another holder may have run in the last"
                            + " moment of that transaction",
                    target.key());
        }
    }
}
