package dev.interlock.retry;

import dev.interlock.guard.GuardDefinition;
import dev.interlock.guard.UnavailablePolicy;
import dev.interlock.retry.EscalationLocks.EscalationLock;
import org.jspecify.annotations.Nullable;

/**
 * One {@code @RetryOnConflict}, parsed and checked.
 *
 * @param lock what is escalated to, or {@code null}
 * @param resource what the attempts' transactions are bound to, or {@code null}
 * @param unavailable what follows when the retries are used up
 */
record RetryDefinition(
        RetryTerms terms,
        @Nullable EscalationLock lock,
        @Nullable Object resource,
        UnavailablePolicy unavailable,
        String description)
        implements GuardDefinition {

    @Override
    public String name() {
        return terms.name();
    }

    @Override
    public boolean needsTransaction() {
        return terms.transactional();
    }
}
