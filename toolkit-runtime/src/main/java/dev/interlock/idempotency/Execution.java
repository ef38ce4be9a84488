package dev.interlock.idempotency;

import dev.interlock.guard.CallChain;
import dev.interlock.guard.ChainFrame;
import dev.interlock.guard.ChainHold;
import dev.interlock.guard.CommitCheck;
import dev.interlock.guard.GuardedCall;
import dev.interlock.guard.TransactionScope;
import dev.interlock.guard.TransactionScope.Outcome;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One caller's try to execute a call: on the stack while it lasts, so that a call inside it for the same key is found, and
 * bound to the transaction that carries its claim.
 *
 * <p><b>Invariant.</b> What came of it counts only together with what became of its transaction: {@link #completed()} is an
 * outcome once that has {@linkplain #fate() committed}. A retry around the transaction begins anew with each attempt, also if
 * that fails before it has a claim.
 *
 * <p>Confined to the thread of the call, but for what {@link IdempotencyContext} tells.
 */
final class Execution extends ChainFrame implements IdempotencyContext {

    private final Operation operation;
    private final IdempotentCall call;
    private final boolean joined;
    private volatile long fence = 1;
    private boolean begun;
    private @Nullable Claim claim;
    private @Nullable Throwable attemptFailure;

    /** @param joined whether the transaction is the caller's */
    Execution(Operation operation, IdempotentCall call, boolean joined) {
        this.operation = operation;
        this.call = call;
        this.joined = joined;
    }

    /** The key's claim in one transaction, and what came of it. */
    private final class Claim implements ChainHold {

        private @Nullable Completed completed;
        private @Nullable StoredOutcome thrown;
        private boolean failed;
        private Outcome fate = Outcome.OPEN;

        @Override
        public boolean standsFor(Object key) {
            return key.equals(call.key());
        }

        @Override
        public boolean isEffective() {
            return fate == Outcome.OPEN;
        }

        @Override
        public boolean isReleased() {
            return fate != Outcome.OPEN;
        }

        @Override
        public void beforeCommit(CommitCheck check) {
            if (failed && joined) {
                throw new IdempotencyException(
                        "The call of " + call.key()
                                + " failed in this transaction, so the transaction is rolled back: its"
                                + " effects must not stay without a record of it",
                        null);
            }
        }

        @Override
        public void unbound(TransactionScope scope) {
            fate = scope.outcome() == Outcome.OPEN ? Outcome.ROLLED_BACK : scope.outcome();
            Completed known = completed;
            if (joined && fate == Outcome.COMMITTED && known != null) {
                operation.memory().cache().keep(operation.store(), call.key(), known);
            }
        }
    }

    /** The one that the outer layer of the call's guard has begun. */
    static Execution of(GuardedCall call, IdempotencyDefinition definition) {
        if (call.carried(definition) instanceof Execution execution) {
            return execution;
        }
        throw new IllegalStateException(
                "The idempotent call '" + definition.name() + "' has no execution; its outer layer is missing");
    }

    /** @throws IdempotencyException if this chain executes a call with the key already */
    static void refuseNested(RecordKey key) {
        if (CallChain.innermost(Execution.class, outer -> outer.call.key().equals(key)) != null) {
            throw new IdempotencyException(
                    "The call of " + key
                            + " would wait for itself: it was made by its own execution; give the inner call a"
                            + " name or key of its own",
                    null);
        }
    }

    /** Whether the key of the present request is taken by a call that this one is part of. */
    static boolean usesRequestKey() {
        return CallChain.innermost(Execution.class, outer -> outer.call.ofRequest()) != null;
    }

    @Nullable
    Object run() throws Throwable {
        enter();
        try {
            return call.body().run(this);
        } finally {
            exit();
        }
    }

    /** Another attempt is made: whatever became of the one before is not what becomes of the call. */
    void beginsAttempt() {
        claim = null;
        attemptFailure = null;
    }

    /** The present attempt failed. */
    void attemptFailed(Throwable failure) {
        attemptFailure = failure;
    }

    /** What the last attempt failed with, without what a retry around it has made of that. */
    Throwable attemptFailure(Throwable ofCall) {
        return attemptFailure == null ? ofCall : attemptFailure;
    }

    /** The claim was granted in the active transaction. */
    void claimed(TransactionScope transaction) {
        Claim granted = new Claim();
        claim = granted;
        transaction.bind(granted);
    }

    /** The outcome was recorded in the transaction, or found there. */
    void completed(Completed completed) {
        claim().completed = completed;
    }

    /** The transaction must not commit, since the call failed; what it threw may be an outcome of its own. */
    void failed(@Nullable StoredOutcome thrown) {
        claim().failed = true;
        claim().thrown = thrown;
    }

    private Claim claim() {
        Claim known = claim;
        if (known == null) {
            known = new Claim();
            claim = known;
        }
        return known;
    }

    /** A call with a lease has got it. */
    void leased(long granted) {
        fence = granted;
    }

    /** The body itself is about to run, past all other guards. */
    void begins() {
        begun = true;
    }

    boolean hasBegun() {
        return begun;
    }

    boolean isJoined() {
        return joined;
    }

    IdempotentCall call() {
        return call;
    }

    @Nullable
    Completed completed() {
        return claim == null ? null : claim.completed;
    }

    /** What the body threw, if that is an outcome and was not recorded in the transaction. */
    @Nullable
    StoredOutcome thrown() {
        return claim == null ? null : claim.thrown;
    }

    Outcome fate() {
        return claim == null ? Outcome.OPEN : claim.fate;
    }

    @Override
    public List<ChainHold> holds() {
        return List.of();
    }

    @Override
    public String name() {
        return operation.terms().name();
    }

    @Override
    public String downstreamKey() {
        return call.key().downstreamKey();
    }

    @Override
    public long fence() {
        return fence;
    }
}
