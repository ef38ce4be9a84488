package dev.interlock.guard;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.core.Ordered;
import org.springframework.transaction.support.TransactionSynchronization;
import org.springframework.transaction.support.TransactionSynchronizationManager;

/**
 * One transaction of this thread, as guards see it: what is bound to it, and how far it has come.
 *
 * <p><b>Lifecycle.</b> Opened when the transaction begins and bound to the thread as a resource, taken off while it is
 * suspended, and first among all synchronizations, so that it knows of the commit before any listener runs. From then on
 * the transaction is <em>completing</em>: Spring still calls it active, but whatever joined it would be lost.
 *
 * <p><b>Bindings.</b> What is bound is released in {@code afterCompletion}, newest first; what was bound after a savepoint
 * is released when the transaction rolls back to it, since Postgres drops such locks too.
 */
public final class TransactionScope implements TransactionSynchronization {

    /** How a transaction ended. */
    public enum Outcome {
        /** It has not ended. */
        OPEN,
        COMMITTED,
        ROLLED_BACK,
        /** COMMIT was sent and failed: by the error alone one can tell whether the effects are there. */
        COMMIT_FAILED
    }

    private static final Logger log = LoggerFactory.getLogger(TransactionScope.class);
    private static final Object RESOURCE = TransactionScope.class;
    private static final Object SUSPENDED = Suspended.class;

    private final List<Binding> bindings = new ArrayList<>(2);
    private final List<Savepoint> savepoints = new ArrayList<>(0);
    private final boolean vetoedByListener;
    private @Nullable Suspended suspended;
    private boolean commitSent;
    private boolean completing;
    private Outcome outcome = Outcome.OPEN;

    private record Binding(ChainHold hold, ChainBase base) {}

    private record Savepoint(Object savepoint, int bindings) {}

    /** What the thread had bound when the scope was suspended, and which scope had been suspended before. */
    private record Suspended(
            TransactionScope scope, @Nullable Suspended enclosing, Map<Object, Object> resources) {

        boolean stillHas(Object resource) {
            Object then = resources.get(resource);
            return then != null && then == TransactionSynchronizationManager.getResource(resource);
        }
    }

    private TransactionScope(boolean vetoedByListener) {
        this.vetoedByListener = vetoedByListener;
    }

    /** The transaction that work on this thread would join now, or {@code null}. */
    public static @Nullable TransactionScope active() {
        if (!TransactionSynchronizationManager.isActualTransactionActive()) {
            return null;
        }
        TransactionScope scope = bound();
        if (scope == null && TransactionSynchronizationManager.isSynchronizationActive()) {
            scope = open(false);
        }
        return scope == null || scope.completing ? null : scope;
    }

    /**
     * The transactions that statements on the resource may belong to now: the active one, and those that another manager
     * suspended without taking the resource off the thread, as when a transaction of one DataSource begins inside one of
     * another.
     *
     * @param resource what transactions are bound to, usually a DataSource; {@code null} for the active one alone
     */
    public static List<TransactionScope> sharing(@Nullable Object resource) {
        TransactionScope active = active();
        if (active == null && TransactionSynchronizationManager.getResourceMap().isEmpty()) {
            return List.of();
        }
        List<TransactionScope> scopes = new ArrayList<>(2);
        if (active != null) {
            scopes.add(active);
        }
        Suspended suspended = (Suspended) TransactionSynchronizationManager.getResource(SUSPENDED);
        for (; suspended != null && resource != null; suspended = suspended.enclosing) {
            if (suspended.stillHas(resource)) {
                scopes.add(suspended.scope);
            }
        }
        return scopes;
    }

    /** Whether this thread is in the completion phase of a transaction, as in an {@code AFTER_COMMIT} listener. */
    public static boolean inCompletionPhase() {
        return TransactionSynchronizationManager.isActualTransactionActive() && active() == null;
    }

    /** The scope bound to this thread, completing or not. */
    static @Nullable TransactionScope bound() {
        return (TransactionScope) TransactionSynchronizationManager.getResource(RESOURCE);
    }

    /** @param vetoedByListener whether a {@link TransactionEvents} vetoes its commit; otherwise the scope does */
    static TransactionScope open(boolean vetoedByListener) {
        TransactionScope scope = new TransactionScope(vetoedByListener);
        TransactionSynchronizationManager.registerSynchronization(scope);
        TransactionSynchronizationManager.bindResource(RESOURCE, scope);
        return scope;
    }

    /** Keeps the hold in this thread's chain until the transaction has ended. */
    public void bind(ChainHold hold) {
        bindings.add(new Binding(hold, CallChain.bind(hold)));
    }

    /** Whether work can still take part in this transaction. A suspended transaction is active. */
    public boolean isActive() {
        return !completing && outcome == Outcome.OPEN;
    }

    public Outcome outcome() {
        return outcome;
    }

    void commitSent() {
        commitSent = true;
    }

    @Override
    public int getOrder() {
        return Ordered.HIGHEST_PRECEDENCE;
    }

    @Override
    public void suspend() {
        Map<Object, Object> resources = Map.copyOf(TransactionSynchronizationManager.getResourceMap());
        TransactionSynchronizationManager.unbindResourceIfPossible(RESOURCE);
        Suspended enclosing = (Suspended) TransactionSynchronizationManager.unbindResourceIfPossible(SUSPENDED);
        suspended = new Suspended(this, enclosing, resources);
        TransactionSynchronizationManager.bindResource(SUSPENDED, suspended);
    }

    @Override
    public void resume() {
        TransactionSynchronizationManager.unbindResourceIfPossible(SUSPENDED);
        if (suspended != null && suspended.enclosing != null) {
            TransactionSynchronizationManager.bindResource(SUSPENDED, suspended.enclosing);
        }
        suspended = null;
        TransactionSynchronizationManager.bindResource(RESOURCE, this);
    }

    @Override
    public void beforeCommit(boolean readOnly) {
        if (!vetoedByListener) {
            CallChain.beforeCommit();
        }
    }

    @Override
    public void afterCommit() {
        completing = true;
    }

    @Override
    public void afterCompletion(int status) {
        completing = true;
        outcome = status == STATUS_COMMITTED ? Outcome.COMMITTED : notCommitted(status);
        if (bound() == this) {
            TransactionSynchronizationManager.unbindResource(RESOURCE);
        }
        unbind(0);
        CallChain.transactionEnded(outcome);
    }

    /** Spring calls it unknown as well if the rollback failed, which leaves nothing: the server undoes what nobody committed. */
    private Outcome notCommitted(int status) {
        boolean sent = vetoedByListener ? commitSent : status == STATUS_UNKNOWN;
        return sent ? Outcome.COMMIT_FAILED : Outcome.ROLLED_BACK;
    }

    @Override
    public void savepoint(Object savepoint) {
        savepoints.add(new Savepoint(savepoint, bindings.size()));
    }

    @Override
    public void savepointRollback(Object savepoint) {
        for (int i = savepoints.size() - 1; i >= 0; i--) {
            if (savepoints.get(i).savepoint == savepoint) {
                unbind(savepoints.get(i).bindings);
                savepoints.subList(i + 1, savepoints.size()).clear();
                return;
            }
        }
    }

    private void unbind(int keep) {
        for (int i = bindings.size() - 1; i >= keep; i--) {
            Binding binding = bindings.remove(i);
            binding.base.unbind(binding.hold);
            try {
                binding.hold.unbound(this);
            } catch (RuntimeException | Error broken) {
                log.error("A hold could not be released at the end of its transaction", broken);
            }
        }
    }
}
