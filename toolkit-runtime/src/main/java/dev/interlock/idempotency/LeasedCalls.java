package dev.interlock.idempotency;

import dev.interlock.guard.Deadline;
import dev.interlock.guard.ReturnShape;
import dev.interlock.idempotency.Flights.Flight;
import dev.interlock.idempotency.IdempotencyCounts.Result;
import dev.interlock.idempotency.LeasedRecords.Claim;
import dev.interlock.idempotency.LeasedRecords.Lease;
import dev.interlock.idempotency.StoredOutcome.Kind;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/**
 * Calls with effects outside the database: the claim is a lease that everybody sees, kept alive while the body runs.
 *
 * <p><b>What a crash leaves.</b> Between claim and outcome, a lease that ends by itself. With {@code RETRY} the next caller
 * takes over and the body runs again, under the same downstream key; with {@code HOLD} nobody does, until the record is
 * resolved. A holder that comes back after its lease changes nothing of its successor's.
 *
 * <p><b>What a failure leaves.</b> A body that has begun and fails with no outcome may have had its effect: with {@code HOLD}
 * the record is held, with {@code RETRY} the key is free. A call that was refused before its body began leaves nothing.
 */
final class LeasedCalls extends IdempotentCalls {

    private final LeasedRecords records;
    private final Heartbeats heartbeats;

    LeasedCalls(Operation operation, LeasedRecords records, Heartbeats heartbeats) {
        super(operation);
        this.records = records;
        this.heartbeats = heartbeats;
    }

    @Override
    void checkTransaction(IdempotentCall call) {
        throw new IdempotencyException(
                "The call of " + call.key()
                        + " is LEASED and was made inside a transaction, whose rollback would not undo its"
                        + " claim; call it outside, or use mode = TRANSACTIONAL",
                null);
    }

    @Override
    @Nullable
    Object joining(IdempotentCall call) {
        throw new IllegalStateException("A leased call joins no transaction");
    }

    @Override
    @Nullable
    Object lead(IdempotentCall call, Flight flight, Deadline deadline) throws Throwable {
        boolean airborne = false;
        try {
            Execution execution = new Execution(operation(), call, false);
            Polling polling = new Polling(deadline);
            while (true) {
                Claim claim = records.claim(request(call));
                if (claim instanceof Claim.Granted granted) {
                    Run run = new Run(call, flight, deadline, execution, granted.lease());
                    Object answer = run.go();
                    airborne = run.airborne;
                    return answer;
                }
                if (((Claim.Refused) claim).sight() instanceof Sight.Done done) {
                    flight.land(done.completed());
                    operation().remember(call.key(), done.completed());
                    return operation().replay(call, done.completed(), Result.REPLAYED_FROM_STORE);
                }
                await(call, claim, polling);
            }
        } finally {
            if (!airborne) {
                flight.land(null);
            }
        }
    }

    private LeasedRecords.Request request(IdempotentCall call) {
        IdempotencyTerms terms = operation().terms();
        return new LeasedRecords.Request(
                call.key(),
                call.fingerprint(),
                ThreadLocalRandom.current().nextLong(),
                terms.leaseTime(),
                terms.ttl(),
                terms.holds());
    }

    private void await(IdempotentCall call, Claim refused, Polling polling) {
        Sight sight = ((Claim.Refused) refused).sight();
        if (sight instanceof Sight.Reused) {
            throw operation().reused(call.key());
        }
        if (sight instanceof Sight.Held) {
            throw operation().held(call.key());
        }
        do {
            pause(polling, call);
        } while (records.find(call.key()) instanceof Sight.InFlight);
    }

    /** One run of the body under a lease. */
    private final class Run {

        private final IdempotentCall call;
        private final Flight flight;
        private final Deadline deadline;
        private final Execution execution;
        private final Lease lease;

        /** Whether the flight lands later, with the stage that the body returned. */
        private boolean airborne;

        Run(IdempotentCall call, Flight flight, Deadline deadline, Execution execution, Lease lease) {
            this.call = call;
            this.flight = flight;
            this.deadline = deadline;
            this.execution = execution;
            this.lease = lease;
        }

        @Nullable
        Object go() throws Throwable {
            execution.leased(lease.fence());
            heartbeats.add(records, lease);
            operation().count(Result.EXECUTED);
            try {
                Object result;
                try {
                    result = execution.run();
                } catch (Throwable failure) {
                    throw failed(failure);
                }
                if (operation().shape() != ReturnShape.STAGE || !(result instanceof CompletionStage<?> stage)) {
                    return returned(result);
                }
                CompletionStage<@Nullable Object> ended =
                        stage.handle(this::end).thenCompose(end -> end);
                airborne = true;
                return ended;
            } finally {
                if (!airborne) {
                    heartbeats.remove(lease);
                }
            }
        }

        private CompletionStage<@Nullable Object> end(@Nullable Object result, @Nullable Throwable failure) {
            try {
                Throwable own = failure instanceof CompletionException wrapper && wrapper.getCause() != null
                        ? wrapper.getCause()
                        : failure;
                return own == null
                        ? CompletableFuture.completedFuture(returned(result))
                        : CompletableFuture.failedFuture(failed(own));
            } catch (Throwable unrecorded) {
                return CompletableFuture.failedFuture(unrecorded);
            } finally {
                heartbeats.remove(lease);
                flight.land(null);
            }
        }

        private @Nullable Object returned(@Nullable Object result) throws Throwable {
            StoredOutcome outcome;
            Object answer;
            try {
                outcome = operation().outcomes().returned(result);
                answer = operation().outcomes().firstAnswer(result, outcome);
            } catch (UnstorableOutcomeException unstorable) {
                complete(StoredOutcome.withoutBody(Kind.UNSTORABLE));
                throw unstorable;
            }
            return complete(outcome) ? answer : afterLoss();
        }

        /** @return what the caller is to see */
        private Throwable failed(Throwable failure) {
            try {
                Optional<StoredOutcome> thrown = operation().outcomes().thrown(failure);
                if (thrown.isPresent()) {
                    complete(thrown.get());
                } else {
                    if (execution.hasBegun() && operation().terms().holds()) {
                        heartbeats.removeAndWait(lease);
                        records.abandon(lease);
                    } else {
                        heartbeats.remove(lease);
                        records.release(lease);
                    }
                }
            } catch (RuntimeException unrecorded) {
                failure.addSuppressed(unrecorded);
            }
            return failure;
        }

        private boolean complete(StoredOutcome outcome) {
            heartbeats.ending(lease);
            long asked = operation().memory().clock().nanoTime();
            boolean ours = completeInTime(outcome);
            if (ours) {
                Completed completed = Completed.of(
                        outcome, call.fingerprint(), asked, operation().terms().ttl());
                operation().remember(call.key(), completed);
                flight.land(completed);
            } else {
                operation().count(Result.LEASE_LOST);
            }
            return ours;
        }

        /** The effect is there, so the store gets as much time to take the outcome as the lease has. */
        private boolean completeInTime(StoredOutcome outcome) {
            Polling polling = new Polling(
                    Deadline.after(operation().memory().clock(), lease.request().lease()));
            while (true) {
                try {
                    return records.complete(lease, outcome);
                } catch (IdempotencyStoreException unanswered) {
                    try {
                        if (!polling.pause()) {
                            throw lostOutcome(unanswered);
                        }
                    } catch (InterruptedException interrupt) {
                        Thread.currentThread().interrupt();
                        throw lostOutcome(unanswered);
                    }
                }
            }
        }

        private OutcomeUnknownException lostOutcome(IdempotencyStoreException unanswered) {
            return new OutcomeUnknownException(
                    "The call of " + call.key() + " was executed, but its outcome could not be recorded; a repetition "
                            + (operation().terms().holds()
                                    ? "is held"
                                    : "executes it again, with the same downstream key"),
                    unanswered);
        }

        /** Somebody took over while the body ran, and its outcome counts, since everybody else gets that. */
        private @Nullable Object afterLoss() throws Throwable {
            Polling polling = new Polling(deadline);
            Sight sight = records.find(call.key());
            try {
                while (sight instanceof Sight.InFlight && polling.pause()) {
                    sight = records.find(call.key());
                }
            } catch (InterruptedException interrupt) {
                Thread.currentThread().interrupt();
            }
            if (sight instanceof Sight.Done done) {
                operation().remember(call.key(), done.completed());
                flight.land(done.completed());
                return operation().recall(call, done.completed(), Result.REPLAYED_FROM_STORE);
            }
            throw new OutcomeUnknownException(
                    "The call of " + call.key()
                            + " was executed, but its lease had ended and the outcome that counts is"
                            + " another's, which is not there yet; ask again",
                    null);
        }
    }
}
