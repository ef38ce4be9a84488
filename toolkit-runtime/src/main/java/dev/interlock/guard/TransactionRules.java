package dev.interlock.guard;

import java.lang.annotation.Annotation;
import java.util.Set;
import org.springframework.transaction.TransactionDefinition;
import org.springframework.transaction.interceptor.TransactionAttribute;

/** Which methods can run in a transaction that the pipeline opens. */
final class TransactionRules {

    private static final Set<Integer> OPENABLE =
            Set.of(TransactionDefinition.PROPAGATION_REQUIRED, TransactionDefinition.PROPAGATION_MANDATORY);

    private TransactionRules() {}

    static void check(GuardedMethod method, Class<? extends Annotation> annotation, GuardProblems problems) {
        String where = method.where(annotation);
        TransactionAttribute own = method.transaction().own();
        if (own != null && !OPENABLE.contains(own.getPropagationBehavior())) {
            problems.add(
                    where,
                    "needs a transaction around the method that the pipeline can open, but its @Transactional"
                            + " has propagation " + propagation(own)
                            + "; use REQUIRED or MANDATORY, or move the guard to the caller");
        }
        if (own != null && own.isReadOnly()) {
            problems.add(where, "needs a writing transaction, but its @Transactional is readOnly; drop readOnly");
        }
        if (method.shape() == ReturnShape.STAGE) {
            problems.add(
                    where,
                    "needs a transaction, but the method returns "
                            + method.method().getReturnType().getSimpleName()
                            + " and a transaction ends when the method returns; return a value");
        }
        try {
            method.transaction().manager();
        } catch (RuntimeException none) {
            problems.add(
                    where,
                    "needs a transaction, but no single PlatformTransactionManager was found (" + none.getMessage()
                            + "); define one, or name it in @Transactional");
        }
    }

    /** Whether a guard that needs no transaction may have one opened for it after the commit of another. */
    static boolean canOpenInCompletionPhase(GuardedMethod method) {
        TransactionAttribute own = method.transaction().own();
        return (own == null || OPENABLE.contains(own.getPropagationBehavior()))
                && method.shape() != ReturnShape.STAGE
                && method.transactionResource() != null;
    }

    private static String propagation(TransactionAttribute attribute) {
        return switch (attribute.getPropagationBehavior()) {
            case TransactionDefinition.PROPAGATION_SUPPORTS -> "SUPPORTS";
            case TransactionDefinition.PROPAGATION_REQUIRES_NEW -> "REQUIRES_NEW";
            case TransactionDefinition.PROPAGATION_NOT_SUPPORTED -> "NOT_SUPPORTED";
            case TransactionDefinition.PROPAGATION_NEVER -> "NEVER";
            case TransactionDefinition.PROPAGATION_NESTED -> "NESTED";
            default -> String.valueOf(attribute.getPropagationBehavior());
        };
    }
}
