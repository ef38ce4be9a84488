package dev.interlock.idempotency;

import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.TransactionDefinition;
import org.springframework.transaction.TransactionStatus;
import org.springframework.transaction.interceptor.DefaultTransactionAttribute;
import org.springframework.transaction.interceptor.TransactionAspectSupport;
import org.springframework.transaction.interceptor.TransactionAttribute;
import org.springframework.transaction.support.TransactionTemplate;

/** The transaction of a guarded method: the one that the pipeline has opened, or that of the caller. */
final class MethodTransaction implements CallTransaction {

    private final TransactionTemplate present;
    private final TransactionAttribute rules;

    /** @param rules by which the method's transactions end */
    MethodTransaction(PlatformTransactionManager manager, TransactionAttribute rules) {
        this.present = new TransactionTemplate(
                manager, new DefaultTransactionAttribute(TransactionDefinition.PROPAGATION_MANDATORY));
        this.rules = rules;
    }

    @Override
    public void flush() {
        present.executeWithoutResult(TransactionStatus::flush);
    }

    @Override
    public void rollbackOnly() {
        TransactionAspectSupport.currentTransactionStatus().setRollbackOnly();
    }

    @Override
    public boolean commitsOn(Throwable thrown) {
        return !rules.rollbackOn(thrown);
    }
}
