package dev.interlock.retry;

import dev.interlock.annotation.Conflict;
import dev.interlock.guard.Backoff;
import java.time.Duration;
import java.util.Set;

/**
 * When and how often something is tried again, from an annotation or from code.
 *
 * @param name for logs and counts
 * @param maxRetries after the first attempt
 * @param constraints whose violation is retried, with {@link Conflict#UNIQUE}
 * @param timeout for all retries together, from the first conflict on
 * @param escalateAfter the attempts before those that take the lock first; 0 for never
 * @param transactional whether everything an attempt does is in one transaction that begins with it
 */
record RetryTerms(
        String name,
        int maxRetries,
        Set<Conflict> on,
        Set<String> constraints,
        Backoff backoff,
        Duration timeout,
        int escalateAfter,
        boolean transactional) {

    /** Whether a conflict of this kind is worth another attempt. */
    boolean covers(ConflictClassifier.Verdict.Transient conflict) {
        return on.contains(conflict.kind())
                && (conflict.kind() != Conflict.UNIQUE
                        || conflict.constraint() != null && constraints.contains(conflict.constraint()));
    }

    boolean escalates(int attempt) {
        return escalateAfter > 0 && attempt > escalateAfter;
    }

    RetryTerms withName(String changed) {
        return new RetryTerms(changed, maxRetries, on, constraints, backoff, timeout, escalateAfter, transactional);
    }

    RetryTerms withMaxRetries(int changed) {
        return new RetryTerms(name, changed, on, constraints, backoff, timeout, escalateAfter, transactional);
    }

    RetryTerms withOn(Set<Conflict> kinds, Set<String> violated) {
        return new RetryTerms(name, maxRetries, kinds, violated, backoff, timeout, escalateAfter, transactional);
    }

    RetryTerms withBackoff(Backoff changed) {
        return new RetryTerms(name, maxRetries, on, constraints, changed, timeout, escalateAfter, transactional);
    }

    RetryTerms withTimeout(Duration changed) {
        return new RetryTerms(name, maxRetries, on, constraints, backoff, changed, escalateAfter, transactional);
    }

    RetryTerms withEscalateAfter(int changed) {
        return new RetryTerms(name, maxRetries, on, constraints, backoff, timeout, changed, transactional);
    }
}
