package dev.interlock.retry;

import dev.interlock.guard.CallChain;
import dev.interlock.guard.Clock;
import dev.interlock.guard.GuardUnavailableException;
import dev.interlock.guard.TransactionScope;
import dev.interlock.retry.EscalationLocks.Attempt;
import dev.interlock.retry.EscalationLocks.EscalationLock;
import dev.interlock.retry.EscalationLocks.Section;
import java.util.function.UnaryOperator;
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
     * @param whenUsedUp what to throw for a conflict that is not retried any more
     */
    @Nullable
    Object run(
            RetryTerms terms,
            @Nullable EscalationLock lock,
            @Nullable Object[] arguments,
            Attempt body,
            UnaryOperator<Throwable> whenUsedUp)
            throws Throwable {
        budget.called();
        Attempts attempts = new Attempts(terms, this, whenUsedUp);
        CallChain chain = CallChain.enter(attempts);
        try {
            while (true) {
                Section section = lock != null && terms.escalates(attempts.attempt())
                        ? escalate(lock, arguments, attempts)
                        : null;
                try {
                    return section == null ? body.run() : section.run(body);
                } catch (Throwable failure) {
                    attempts.failed(failure);
                }
            }
        } finally {
            chain.exit(attempts);
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
