package dev.interlock.idempotency;

import dev.interlock.InterlockException;
import dev.interlock.guard.Deadline;
import dev.interlock.guard.TransactionScope;
import dev.interlock.guard.TransactionScope.Outcome;
import dev.interlock.idempotency.Flights.Flight;
import dev.interlock.idempotency.IdempotencyCounts.Result;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Calls whose record commits with their effect.
 *
 * <p><b>Two layers.</b> {@link #lead} stands outside the transaction: it looks for a record, waits, and finds out what became
 * of a COMMIT in doubt. {@link #execute} stands inside: it claims the key, runs the body and records the outcome.
 *
 * <p><b>Invariants.</b> The body runs only under a claim, which one transaction at a time has, and only if there was no
 * record after the claim was granted. A transaction in which the body ran commits only with a record. Hence at most one
 * effect, and none without a record: whatever the rollback rules say, a failure that is no outcome rolls back, and a crash
 * anywhere leaves either both or nothing. A COMMIT without an answer is settled by asking for the claim, which ends with the
 * transaction, and then for the record.
 */
final class TransactionalCalls extends IdempotentCalls {

    private static final Duration LEAST_TIME_TO_SETTLE = Duration.ofSeconds(10);
    private static final int MOST_DOUBTS = 3;

    /** What is to run under the claim. */
    @FunctionalInterface
    interface Body {

        @Nullable
        Object run() throws Throwable;
    }

    private final TransactionalRecords records;

    TransactionalCalls(Operation operation, TransactionalRecords records) {
        super(operation);
        this.records = records;
    }

    @Override
    void checkTransaction(IdempotentCall call) {}

    @Override
    @Nullable
    Object joining(IdempotentCall call) throws Throwable {
        return new Execution(operation(), call, true).run();
    }

    @Override
    @Nullable
    Object lead(IdempotentCall call, Flight flight, Deadline deadline) throws Throwable {
        Lead lead = new Lead(call, deadline);
        try {
            return lead.run();
        } finally {
            flight.land(lead.known);
        }
    }

    /** The first caller of this process. */
    private final class Lead {

        private final IdempotentCall call;
        private final Deadline deadline;
        private final Polling polling;
        private int doubts;

        /** What the others in line get. */
        private @Nullable Completed known;

        Lead(IdempotentCall call, Deadline deadline) {
            this.call = call;
            this.deadline = deadline;
            this.polling = new Polling(deadline);
        }

        @Nullable
        Object run() throws Throwable {
            Sight sight = records.find(call.key());
            while (true) {
                if (sight instanceof Sight.Done done) {
                    return replay(done.completed(), Result.REPLAYED_FROM_STORE);
                }
                if (sight instanceof Sight.Held) {
                    throw operation().held(call.key());
                }
                if (sight instanceof Sight.InFlight) {
                    pause(polling, call);
                    sight = records.probe(call.key());
                    continue;
                }
                Execution execution = new Execution(operation(), call, false);
                try {
                    Object answer = execution.run();
                    learn(execution.completed());
                    return answer;
                } catch (ClaimBusyException busy) {
                    if (!busy.isOf(execution)) {
                        throw busy;
                    }
                    sight = Sight.IN_FLIGHT;
                } catch (Throwable failure) {
                    sight = afterFailure(execution, failure);
                }
            }
        }

        /** What there is after the transaction was in doubt; else the failure is the caller's. */
        private Sight afterFailure(Execution execution, Throwable failure) throws Throwable {
            if (execution.fate() == Outcome.COMMIT_FAILED
                    && !records.provesRollback(execution.attemptFailure(failure))) {
                Sight settled = settle(failure);
                if (settled instanceof Sight.InFlight || settled instanceof Sight.Free && ++doubts >= MOST_DOUBTS) {
                    throw failure;
                }
                operation().count(Result.DOUBT_RESOLVED);
                return settled;
            }
            StoredOutcome thrown = failure instanceof InterlockException ? null : execution.thrown();
            if (execution.fate() == Outcome.COMMITTED) {
                learn(execution.completed());
            } else if (thrown != null && execution.fate() == Outcome.ROLLED_BACK) {
                recordApart(thrown, failure);
            }
            throw failure;
        }

        private Sight settle(Throwable failure) {
            Duration time = operation().terms().waitTime().compareTo(LEAST_TIME_TO_SETTLE) > 0
                    ? operation().terms().waitTime()
                    : LEAST_TIME_TO_SETTLE;
            Polling asking = new Polling(Deadline.after(operation().memory().clock(), time));
            IdempotencyStoreException unanswered = null;
            try {
                do {
                    try {
                        Sight sight = records.probe(call.key());
                        if (!(sight instanceof Sight.InFlight)) {
                            return sight;
                        }
                        unanswered = null;
                    } catch (IdempotencyStoreException noAnswer) {
                        unanswered = noAnswer;
                    }
                } while (asking.pause());
            } catch (InterruptedException interrupt) {
                Thread.currentThread().interrupt();
            }
            if (unanswered != null) {
                failure.addSuppressed(unanswered);
            }
            return Sight.IN_FLIGHT;
        }

        private void recordApart(StoredOutcome thrown, Throwable failure) {
            try {
                long asked = operation().memory().clock().nanoTime();
                Duration ttl = operation().terms().ttl();
                if (records.completeApart(call.key(), call.fingerprint(), thrown, ttl)) {
                    learn(Completed.of(thrown, call.fingerprint(), asked, ttl));
                }
            } catch (RuntimeException unrecorded) {
                failure.addSuppressed(unrecorded);
            }
        }

        private @Nullable Object replay(Completed completed, Result from) throws Throwable {
            learn(completed);
            return operation().replay(call, completed, from);
        }

        private void learn(@Nullable Completed completed) {
            if (completed != null) {
                known = completed;
                operation().remember(call.key(), completed);
            }
        }
    }

    /**
     * The layer in the transaction.
     *
     * @param body what is left of the call
     */
    @Nullable
    Object execute(Execution execution, CallTransaction transaction, Body body) throws Throwable {
        IdempotentCall call = execution.call();
        Sight sight = claim(execution);
        if (sight instanceof Sight.Done done) {
            execution.completed(done.completed());
            return operation().replay(call, done.completed(), Result.REPLAYED_FROM_STORE);
        }
        if (sight instanceof Sight.Held) {
            throw operation().held(call.key());
        }
        if (sight instanceof Sight.InFlight) {
            throw execution.isJoined() || !operation().waits()
                    ? operation().duplicate(call.key())
                    : new ClaimBusyException(execution);
        }
        TransactionScope scope = TransactionScope.active();
        if (scope == null) {
            throw new IllegalStateException("A claim was granted outside of a transaction");
        }
        execution.claimed(scope);
        operation().count(Result.EXECUTED);
        try {
            Object result = body.run();
            transaction.flush();
            StoredOutcome outcome = operation().outcomes().returned(result);
            Object answer = operation().outcomes().firstAnswer(result, outcome);
            record(execution, outcome);
            return answer;
        } catch (Throwable failure) {
            Optional<StoredOutcome> thrown = operation().outcomes().thrown(failure);
            if (thrown.isPresent() && transaction.commitsOn(failure)) {
                recordThrown(execution, transaction, thrown.get(), failure);
            } else {
                fail(execution, transaction, thrown.orElse(null));
            }
            throw failure;
        }
    }

    private Sight claim(Execution execution) {
        RecordKey key = execution.call().key();
        if (!execution.isJoined() || !operation().waits()) {
            return records.claim(key);
        }
        try {
            return records.claim(
                    key,
                    Deadline.after(
                            operation().memory().clock(), operation().terms().waitTime()));
        } catch (InterruptedException interrupt) {
            throw operation().interrupted(key, interrupt);
        }
    }

    private void recordThrown(
            Execution execution, CallTransaction transaction, StoredOutcome outcome, Throwable failure) {
        try {
            transaction.flush();
            record(execution, outcome);
        } catch (RuntimeException | Error unrecorded) {
            fail(execution, transaction, null);
            unrecorded.addSuppressed(failure);
            throw unrecorded;
        }
    }

    private void record(Execution execution, StoredOutcome outcome) {
        IdempotentCall call = execution.call();
        long asked = operation().memory().clock().nanoTime();
        Duration ttl = operation().terms().ttl();
        if (!records.complete(call.key(), call.fingerprint(), outcome, ttl)) {
            throw execution.isJoined() ? operation().duplicate(call.key()) : new ClaimBusyException(execution);
        }
        execution.completed(Completed.of(outcome, call.fingerprint(), asked, ttl));
    }

    private static void fail(Execution execution, CallTransaction transaction, @Nullable StoredOutcome thrown) {
        execution.failed(thrown);
        if (!execution.isJoined()) {
            transaction.rollbackOnly();
        }
    }
}
