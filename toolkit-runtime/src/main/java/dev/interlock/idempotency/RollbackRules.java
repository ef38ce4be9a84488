package dev.interlock.idempotency;

import org.springframework.transaction.interceptor.NoRollbackRuleAttribute;
import org.springframework.transaction.interceptor.RuleBasedTransactionAttribute;
import org.springframework.transaction.interceptor.TransactionAttribute;

/** What can be told of rollback rules before there is an exception. */
final class RollbackRules {

    private RollbackRules() {}

    /** Whether there are exceptions that commit although they would roll back by default. */
    static boolean haveExceptions(TransactionAttribute attribute) {
        return attribute instanceof RuleBasedTransactionAttribute rules
                && rules.getRollbackRules().stream().anyMatch(NoRollbackRuleAttribute.class::isInstance);
    }
}
