package dev.interlock.idempotency;

import dev.interlock.InterlockException;
import dev.interlock.annotation.OnDuplicate;
import dev.interlock.guard.GuardDefinition;
import dev.interlock.guard.ReturnShape;
import dev.interlock.idempotency.IdempotencyCounts.Result;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * What all calls of one operation have in common.
 *
 * @param store identifies where the records are
 * @param definition whose policy applies to a duplicate; {@code null} in code
 */
record Operation(
        IdempotencyTerms terms,
        Outcomes outcomes,
        ReturnShape shape,
        Object store,
        Memory memory,
        IdempotencyCounts.Counter counter,
        @Nullable GuardDefinition definition) {

    Operation(
            IdempotencyTerms terms,
            Outcomes outcomes,
            ReturnShape shape,
            Object store,
            Memory memory,
            @Nullable GuardDefinition definition) {
        this(terms, outcomes, shape, store, memory, memory.counts().of(terms.name()), definition);
    }

    /** The outcome of an earlier call, for this one, in the shape of its result. */
    @Nullable
    Object replay(IdempotentCall call, Completed completed, Result from) throws Throwable {
        if (shape != ReturnShape.STAGE) {
            return recall(call, completed, from);
        }
        try {
            return CompletableFuture.completedFuture(recall(call, completed, from));
        } catch (InterlockException refused) {
            throw refused;
        } catch (Throwable outcome) {
            return CompletableFuture.failedFuture(outcome);
        }
    }

    /** The outcome of an earlier call, for this one. */
    @Nullable
    Object recall(IdempotentCall call, Completed completed, Result from) throws Throwable {
        if (!completed.isOf(call.fingerprint())) {
            throw reused(call.key());
        }
        count(from);
        if (call.ofRequest()) {
            memory.requests().replayed();
        }
        return outcomes.replay(call.key(), completed.outcome());
    }

    void remember(RecordKey key, Completed completed) {
        memory.cache().keep(store, key, completed);
    }

    void count(Result result) {
        counter.count(result);
    }

    boolean waits() {
        return terms.onDuplicate() == OnDuplicate.WAIT;
    }

    DuplicateInProgressException duplicate(RecordKey key) {
        count(Result.DUPLICATE);
        return new DuplicateInProgressException(
                definition,
                "A call of " + key + " is in progress" + (waits() ? " and did not end within " + terms.waitTime() : "")
                        + "; repeat this one later",
                null);
    }

    DuplicateInProgressException interrupted(RecordKey key, InterruptedException interrupt) {
        Thread.currentThread().interrupt();
        return new DuplicateInProgressException(
                null, "Interrupted while waiting for a call of " + key + " in progress", interrupt);
    }

    IdempotencyKeyReusedException reused(RecordKey key) {
        count(Result.KEY_REUSED);
        return new IdempotencyKeyReusedException("The key of " + key
                + " was used before with other arguments; repeat the first call as it was, or use a new key");
    }

    OutcomeUnknownException held(RecordKey key) {
        count(Result.HELD);
        return new OutcomeUnknownException(
                "An earlier call of " + key
                        + " began and did not complete, and it must not be repeated; find out whether it had"
                        + " its effect and resolve its record",
                null);
    }
}
