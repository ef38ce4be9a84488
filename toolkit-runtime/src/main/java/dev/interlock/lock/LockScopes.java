package dev.interlock.lock;

import dev.interlock.annotation.LockScope;
import dev.interlock.guard.GuardProblems;
import dev.interlock.guard.GuardedMethod;
import dev.interlock.guard.ReturnShape;
import java.util.Optional;
import org.springframework.transaction.TransactionDefinition;
import org.springframework.transaction.interceptor.TransactionAttribute;

/** Decides at start-up what a lock belongs to, and checks that the method can carry it. */
final class LockScopes {

    private LockScopes() {}

    static LockScope resolve(
            LockScope asked, GuardedMethod method, LockSpace space, String where, GuardProblems problems) {
        LockScope scope = asked == LockScope.AUTO ? choose(method, space) : asked;
        if (scope == LockScope.SESSION) {
            space.sessionProblem().ifPresent(problem -> problems.add(where, problem));
        } else {
            transactionProblem(method, space).ifPresent(problem -> problems.add(where, problem));
        }
        return scope;
    }

    private static LockScope choose(GuardedMethod method, LockSpace space) {
        boolean inItsTransaction = method.ownTransaction()
                .filter(own -> joinsOrOpens(own) && !own.isReadOnly())
                .isPresent();
        return inItsTransaction
                        && method.shape() != ReturnShape.STAGE
                        && transactionProblem(method, space).isEmpty()
                ? LockScope.TRANSACTION
                : LockScope.SESSION;
    }

    private static boolean joinsOrOpens(TransactionAttribute own) {
        int propagation = own.getPropagationBehavior();
        return propagation == TransactionDefinition.PROPAGATION_REQUIRED
                || propagation == TransactionDefinition.PROPAGATION_MANDATORY;
    }

    private static Optional<String> transactionProblem(GuardedMethod method, LockSpace space) {
        int isolation = method.ownTransaction()
                .map(TransactionDefinition::getIsolationLevel)
                .orElse(TransactionDefinition.ISOLATION_DEFAULT);
        if (isolation == TransactionDefinition.ISOLATION_DEFAULT) {
            Optional<String> problem = space.transactionProblem();
            if (problem.isPresent()) {
                return problem;
            }
        } else if (isolation != TransactionDefinition.ISOLATION_READ_COMMITTED) {
            return Optional.of("scope = TRANSACTION needs READ COMMITTED, since a stricter snapshot is taken before the"
                    + " lock is waited for and would not show what the former holder committed; use scope = SESSION");
        }
        Object needed = space.transaction().resource();
        Object actual = method.transactionResource();
        return needed == null || needed == actual
                ? Optional.empty()
                : Optional.of(
                        "scope = TRANSACTION needs a transaction manager of the lock's DataSource, but the method's is "
                                + (actual == null ? "none of a DataSource" : "one of another DataSource")
                                + "; name the manager in @Transactional or the DataSource in dataSource, or use scope = SESSION");
    }
}
