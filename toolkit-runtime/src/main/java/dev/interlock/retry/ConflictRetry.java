package dev.interlock.retry;

import dev.interlock.annotation.Conflict;
import dev.interlock.annotation.Jitter;
import dev.interlock.guard.Backoff;
import dev.interlock.guard.Clock;
import dev.interlock.guard.ThrowingRunnable;
import dev.interlock.guard.ThrowingSupplier;
import dev.interlock.retry.EscalationLocks.EscalationLock;
import java.time.Duration;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * {@code @RetryOnConflict} for code: the same classification, waits, budget and escalation.
 *
 * <pre>{@code
 * retry.named("transfer").call(() -> transactions.execute(status -> transfer(from, to, amount)));
 * }</pre>
 *
 * <p>The body opens the transaction of each attempt itself. Once a transaction inside an attempt has committed, a later
 * conflict of that attempt is thrown and not retried, since another attempt would repeat what was committed. Statements
 * outside any transaction commit one by one, unseen by the toolkit: keep them out of the body.
 *
 * <p>Inside a transaction of the caller, or inside another retry, the body runs once: the conflict has doomed that transaction,
 * and its owner retries. Immutable and thread-safe; each method returns a retry with one thing changed.
 */
public final class ConflictRetry {

    private static final @Nullable Object[] NO_ARGUMENTS = {};

    private final RetryEngine engine;
    private final EscalationLocks locks;
    private final RetryTerms terms;
    private final @Nullable EscalationLock lock;

    /**
     * With the defaults of the annotation.
     *
     * @param resource the DataSource whose budget pays for the retries; {@code null} for a budget of no DataSource
     */
    public ConflictRetry(
            ConflictClassifier classifier,
            RetryBudgets budgets,
            RetryCounts counts,
            EscalationLocks locks,
            Clock clock,
            @Nullable Object resource) {
        this(
                new RetryEngine(classifier, budgets.of(resource), counts, clock),
                locks,
                new RetryTerms(
                        "conflict-retry",
                        3,
                        EnumSet.of(Conflict.SERIALIZATION, Conflict.DEADLOCK, Conflict.OPTIMISTIC),
                        Set.of(),
                        new Backoff(Duration.ofMillis(10), 2, Duration.ofMillis(250), Jitter.FULL),
                        Duration.ofSeconds(2),
                        0,
                        false),
                null);
    }

    private ConflictRetry(RetryEngine engine, EscalationLocks locks, RetryTerms terms, @Nullable EscalationLock lock) {
        this.engine = engine;
        this.locks = locks;
        this.terms = terms;
        this.lock = lock;
    }

    /** The name in logs and counts, of low cardinality. */
    public ConflictRetry named(String name) {
        return with(terms.withName(name), lock);
    }

    /** Retries after the first attempt, zero or more. */
    public ConflictRetry maxRetries(int most) {
        return with(terms.withMaxRetries(most), lock);
    }

    /** The kinds of conflict that are retried; for violated constraints see {@link #onViolationOf}. */
    public ConflictRetry on(Conflict first, Conflict... more) {
        return with(terms.withOn(EnumSet.of(first, more), terms.constraints()), lock);
    }

    /** Retries violations of these unique or exclusion constraints too. */
    public ConflictRetry onViolationOf(String... constraints) {
        EnumSet<Conflict> on = EnumSet.copyOf(terms.on());
        on.add(Conflict.UNIQUE);
        return with(terms.withOn(on, Set.copyOf(Arrays.asList(constraints))), lock);
    }

    /**
     * The waits between attempts.
     *
     * @param multiplier 1 or more
     */
    public ConflictRetry backoff(Duration delay, double multiplier, Duration maxDelay, Jitter jitter) {
        return with(terms.withBackoff(new Backoff(delay, multiplier, maxDelay, jitter)), lock);
    }

    /** Time for all retries together, counted from the first conflict. */
    public ConflictRetry timeout(Duration timeout) {
        return with(terms.withTimeout(timeout), lock);
    }

    /**
     * From attempt {@code attempts + 1} on the lock is taken before the body runs: the same as that of an
     * {@code @AdvisoryLocked} of that name and key.
     */
    public ConflictRetry escalateAfter(int attempts, String name, Object... key) {
        return with(terms.withEscalateAfter(attempts), locks.of(name, key));
    }

    /**
     * Runs the body until it succeeds. What the last attempt threw is thrown, with the earlier failures suppressed.
     *
     * @throws IllegalArgumentException if the numbers of this retry make no sense
     * @throws IndeterminateOutcomeException if a COMMIT failed in a way that does not tell whether it was carried out
     */
    public <E extends Exception> void run(ThrowingRunnable<E> body) throws E {
        call(() -> {
            body.run();
            return Boolean.TRUE;
        });
    }

    /** As {@link #run}, with a result. */
    @SuppressWarnings({"unchecked", "NullAway"}) // generic nullability is beyond the checker
    public <T extends @Nullable Object, E extends Exception> T call(ThrowingSupplier<T, E> body) throws E {
        RetryRules.check(terms, problem -> {
            throw new IllegalArgumentException("Retry '" + terms.name() + "': " + problem);
        });
        if (RetryEngine.isLeftToOthers()) {
            return body.get();
        }
        try {
            Attempts attempts = new Attempts(terms, engine, UnaryOperator.identity()) {
                @Override
                public @Nullable Object run() throws Throwable {
                    return body.get();
                }
            };
            return (T) engine.run(attempts, lock, NO_ARGUMENTS);
        } catch (Error error) {
            throw error;
        } catch (Throwable thrown) {
            throw (E) thrown; // unchecked, or what the body declares
        }
    }

    private ConflictRetry with(RetryTerms changed, @Nullable EscalationLock changedLock) {
        return new ConflictRetry(engine, locks, changed, changedLock);
    }
}
