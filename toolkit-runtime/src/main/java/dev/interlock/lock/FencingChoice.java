package dev.interlock.lock;

import dev.interlock.annotation.Fencing;
import dev.interlock.guard.GuardProblems;
import dev.interlock.guard.GuardedMethod;
import dev.interlock.guard.ReturnShape;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.transaction.TransactionDefinition;

/**
 * Whether the tokens of a lock are drawn, and whether a transaction of the method claims them. Decided at start-up.
 *
 * @param fencing never {@code AUTO}
 * @param store where they are claimed; {@code null} unless {@code ENFORCED}
 */
record FencingChoice(Fencing fencing, @Nullable FenceStore store) {

    private static final FencingChoice NONE = new FencingChoice(Fencing.NONE, null);
    private static final FencingChoice TOKEN = new FencingChoice(Fencing.TOKEN, null);

    static FencingChoice resolve(
            Fencing asked, GuardedMethod method, LockSpace space, String where, GuardProblems problems) {
        if (asked == Fencing.NONE) {
            return NONE;
        }
        Optional<String> tokenProblem = space.session().tokenProblem();
        Optional<FenceStore> store = space.fences().of(method.transactionResource());
        if (asked == Fencing.AUTO) {
            if (tokenProblem.isPresent()) {
                return NONE;
            }
            return store.filter(any -> opensWritingTransaction(method))
                    .map(FencingChoice::enforced)
                    .orElse(TOKEN);
        }
        tokenProblem.ifPresent(problem -> problems.add(where, "fencing = " + asked + " needs tokens, but " + problem));
        if (asked == Fencing.ENFORCED && store.isEmpty()) {
            problems.add(
                    where,
                    "fencing = ENFORCED needs a transaction on a Postgres with the interlock schema, but the method's"
                            + " transaction manager is "
                            + (method.transactionResource() == null
                                    ? "none of a DataSource"
                                    : "not one of such a database")
                            + "; name the manager in @Transactional, or use fencing = TOKEN and hand FencingToken.current() to"
                            + " the resource");
        }
        return asked == Fencing.ENFORCED ? enforced(store.orElse(null)) : TOKEN;
    }

    private static FencingChoice enforced(@Nullable FenceStore store) {
        return new FencingChoice(Fencing.ENFORCED, store);
    }

    private static boolean opensWritingTransaction(GuardedMethod method) {
        return method.shape() != ReturnShape.STAGE
                && method.ownTransaction()
                        .filter(own -> own.getPropagationBehavior() == TransactionDefinition.PROPAGATION_REQUIRED
                                || own.getPropagationBehavior() == TransactionDefinition.PROPAGATION_MANDATORY)
                        .filter(own -> !own.isReadOnly())
                        .isPresent();
    }
}
