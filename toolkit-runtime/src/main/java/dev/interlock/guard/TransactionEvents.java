package dev.interlock.guard;

import org.jspecify.annotations.Nullable;
import org.springframework.transaction.TransactionExecution;
import org.springframework.transaction.TransactionExecutionListener;
import org.springframework.transaction.support.TransactionSynchronizationManager;

/**
 * The one source of commit facts: listens to every transaction manager, opens a {@link TransactionScope} for each
 * transaction, and vetoes the commit of one whose thread lost a hold.
 *
 * <p>The veto stands after the flush of JPA and directly before COMMIT is sent. Savepoints are left to the scope.
 */
public final class TransactionEvents implements TransactionExecutionListener {

    @Override
    public void afterBegin(TransactionExecution transaction, @Nullable Throwable beginFailure) {
        if (beginFailure == null && isWhole(transaction) && canSynchronize()) {
            TransactionScope.open(true);
        }
    }

    @Override
    public void beforeCommit(TransactionExecution transaction) {
        if (isWhole(transaction)) {
            CallChain.beforeCommit();
            TransactionScope scope = TransactionScope.bound();
            if (scope != null) {
                scope.commitSent();
            }
        }
    }

    private static boolean isWhole(TransactionExecution transaction) {
        return transaction.isNewTransaction() && !transaction.isNested();
    }

    private static boolean canSynchronize() {
        return TransactionSynchronizationManager.isSynchronizationActive() && TransactionScope.bound() == null;
    }
}
