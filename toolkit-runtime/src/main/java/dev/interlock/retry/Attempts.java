package dev.interlock.retry;

import dev.interlock.annotation.Conflict;
import dev.interlock.guard.ChainFrame;
import dev.interlock.guard.ChainHold;
import dev.interlock.guard.Deadline;
import dev.interlock.guard.GuardUnavailableException;
import dev.interlock.guard.TransactionScope.Outcome;
import dev.interlock.retry.ConflictClassifier.Verdict;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The attempts of one call, and what is known of the present one; {@link #run} makes one.
 *
 * <p><b>Rule.</b> Another attempt follows only if the former is known to have left nothing: no transaction inside it has
 * committed, and of none is it unknown whether it has.
 *
 * <p>Confined to the thread of the call, but for {@link #attempt()} and {@link #lastConflict()}, which change between two
 * attempts only.
 */
abstract class Attempts extends ChainFrame implements RetryContext, EscalationLocks.Attempt {

    static final Predicate<Attempts> ANY = any -> true;

    private static final Logger log = LoggerFactory.getLogger(ConflictRetry.class);

    private final RetryTerms terms;
    private final RetryEngine engine;
    private final UnaryOperator<Throwable> whenUsedUp;
    private int attempt = 1;
    private Verdict.@Nullable Transient lastConflict;
    private boolean committed;
    private boolean rolledBack;
    private boolean commitFailed;
    private @Nullable Deadline deadline;
    private long lastWait;
    private @Nullable List<Throwable> failures;

    /** @param whenUsedUp what to throw for a conflict that is not retried any more */
    Attempts(RetryTerms terms, RetryEngine engine, UnaryOperator<Throwable> whenUsedUp) {
        this.terms = terms;
        this.engine = engine;
        this.whenUsedUp = whenUsedUp;
    }

    @Override
    public int attempt() {
        return attempt;
    }

    @Override
    public Optional<Conflict> lastConflict() {
        return Optional.ofNullable(lastConflict).map(Verdict.Transient::kind);
    }

    @Override
    public List<ChainHold> holds() {
        return List.of();
    }

    @Override
    public void transactionEnded(Outcome outcome) {
        committed |= outcome == Outcome.COMMITTED;
        rolledBack |= outcome == Outcome.ROLLED_BACK;
        commitFailed |= outcome == Outcome.COMMIT_FAILED;
    }

    /** Whether this one is to run under the lock. */
    boolean escalate() {
        return terms.escalates(attempt);
    }

    /** How long the next attempt may wait for a lock. */
    Duration timeLeft() {
        return Duration.ofNanos(deadline().remainingNanos());
    }

    private Deadline deadline() {
        Deadline known = deadline;
        if (known == null) {
            known = Deadline.after(engine.clock(), terms.timeout());
            deadline = known;
        }
        return known;
    }

    /**
     * The present attempt failed. Returns after the wait if another one is to follow.
     *
     * @throws Throwable what the caller is to see, if not
     */
    void failed(Throwable failure) throws Throwable {
        if (commitFailed && !engine.classifier().provesRollback(failure)) {
            engine.counts().countIndeterminate(terms.name());
            log.debug("{}: attempt {} ended with a COMMIT in doubt", terms.name(), attempt);
            throw withHistory(new IndeterminateOutcomeException(
                    "COMMIT was sent and failed in a way that does not tell whether it was carried out; read the outcome"
                            + " before the call is repeated",
                    failure));
        }
        if (!(engine.classifier().classify(failure) instanceof Verdict.Transient conflict) || !terms.covers(conflict)) {
            throw withHistory(failure);
        }
        long wait = terms.backoff().nanos(attempt, lastWait, ThreadLocalRandom.current());
        RetryCounts.Outcome outcome = outcome(conflict.kind(), wait);
        log.debug(
                "{}: attempt {} met {}: {} after a wait of {} µs",
                terms.name(),
                attempt,
                conflict.kind(),
                outcome,
                outcome == RetryCounts.Outcome.RETRIED ? wait / 1000 : 0);
        if (outcome == RetryCounts.Outcome.RETRIED) {
            outcome = sleep(failure, wait);
        }
        engine.counts().count(terms.name(), conflict, outcome);
        if (outcome != RetryCounts.Outcome.RETRIED) {
            throw last(failure, outcome);
        }
        next(failure, conflict, wait);
    }

    /** A fallback is for retries that are used up, not for an interrupt or for effects that are there already. */
    private Throwable last(Throwable failure, RetryCounts.Outcome outcome) {
        Throwable last = withHistory(failure);
        boolean stopped = outcome == RetryCounts.Outcome.INTERRUPTED || outcome == RetryCounts.Outcome.PARTLY_COMMITTED;
        return stopped ? last : whenUsedUp.apply(last);
    }

    private RetryCounts.Outcome outcome(Conflict kind, long wait) {
        if (committed || kind == Conflict.CONNECTION && !leftNothing()) {
            return RetryCounts.Outcome.PARTLY_COMMITTED;
        }
        if (attempt > terms.maxRetries()) {
            return RetryCounts.Outcome.ATTEMPTS_USED_UP;
        }
        if (Thread.currentThread().isInterrupted()) {
            return RetryCounts.Outcome.INTERRUPTED;
        }
        if (wait >= deadline().remainingNanos()) {
            return RetryCounts.Outcome.TIMED_OUT;
        }
        return engine.budget().take() ? RetryCounts.Outcome.RETRIED : RetryCounts.Outcome.BUDGET_SPENT;
    }

    /** Whether a lost connection took all that the attempt did with it. */
    private boolean leftNothing() {
        return rolledBack || terms.transactional();
    }

    private RetryCounts.Outcome sleep(Throwable failure, long nanos) {
        try {
            engine.clock().sleep(Duration.ofNanos(nanos));
            return RetryCounts.Outcome.RETRIED;
        } catch (InterruptedException interrupt) {
            Thread.currentThread().interrupt();
            failure.addSuppressed(interrupt);
            return RetryCounts.Outcome.INTERRUPTED;
        }
    }

    private void next(Throwable failure, Verdict.Transient conflict, long wait) {
        if (failures == null) {
            failures = new ArrayList<>();
        }
        failures.add(failure);
        attempt++;
        lastConflict = conflict;
        lastWait = wait;
        committed = false;
        rolledBack = false;
        commitFailed = false;
    }

    /** The lock to escalate to is not to be had in time: the caller sees the conflict that led to it. */
    Throwable notEscalated(GuardUnavailableException refusal) {
        List<Throwable> earlier = failures;
        Verdict.Transient conflict = lastConflict;
        if (earlier == null || conflict == null) {
            return refusal;
        }
        RetryCounts.Outcome outcome = Thread.currentThread().isInterrupted()
                ? RetryCounts.Outcome.INTERRUPTED
                : RetryCounts.Outcome.LOCK_NOT_ACQUIRED;
        engine.counts().count(terms.name(), conflict, outcome);
        Throwable failure = earlier.remove(earlier.size() - 1);
        failure.addSuppressed(refusal);
        return last(failure, outcome);
    }

    private Throwable withHistory(Throwable failure) {
        List<Throwable> earlier = failures;
        if (earlier != null) {
            Set<Throwable> known = Collections.newSetFromMap(new IdentityHashMap<>());
            known.add(failure);
            Collections.addAll(known, failure.getSuppressed());
            earlier.stream().filter(known::add).forEach(failure::addSuppressed);
        }
        return failure;
    }
}
