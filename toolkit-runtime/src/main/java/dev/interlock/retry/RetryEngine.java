package dev.interlock.retry;

import dev.interlock.guard.CallChain;
import dev.interlock.guard.Clock;
import dev.interlock.guard.GuardUnavailableException;
import dev.interlock.guard.TransactionScope;
import dev.interlock.retry.EscalationLocks.EscalationLock;
import dev.interlock.retry.EscalationLocks.Section;
import org.jspecify.annotations.Nullable;
import org.springframework.transaction.support.TransactionSynchronizationManager;

/**
 * Runs attempts until one succeeds, fails for good, or none is left: the one way of retry, for the annotation and for code.
 *
 * <p>No lock, connection or transaction is held between two attempts. A call that meets no conflict reads no clock.
 * Thread-safe.
 *
 * @param budget of the DataSource of the attempts
 */
record RetryEngine(ConflictClassifier classifier, RetryBudget budget, RetryCounts counts, Clock clock) {

    /**
     * Whether somebody further out retries what runs here: the owner of an active transaction, which a conflict has doomed,
     * or an outer retry of the same chain, whose attempts would be multiplied.
     */
    static boolean isLeftToOthers() {
        return TransactionSynchronizationManager.isActualTransactionActive() && TransactionScope.active() != null
                || CallChain.innermost(Attempts.class, Attempts.ANY) != null;
    }

    /**
     * Runs the attempts.
     *
     * @param lock taken first from some attempt on; {@code null} for none
     * @param arguments of the call, which the key of the lock may depend on
     */
    @Nullable
    Object run(Attempts attempts, @Nullable EscalationLock lock, @Nullable Object[] arguments) throws Throwable {
        budget.called();
        attempts.enter();
        try {
            while (true) {
                Section section = lock != null && attempts.escalate() ? escalate(lock, arguments, attempts) : null;
                try {
                    return section == null ? attempts.run() : section.run(attempts);
                } catch (Throwable failure) {
                    attempts.failed(failure);
                }
            }
        } finally {
            attempts.exit();
        }
    }

    private static Section escalate(EscalationLock lock, @Nullable Object[] arguments, Attempts attempts)
            throws Throwable {
        try {
            return lock.acquire(arguments, attempts.timeLeft());
        } catch (GuardUnavailableException refusal) {
            throw attempts.notEscalated(refusal);
        }
    }
}
