package dev.interlock.idempotency;

import dev.interlock.guard.Deadline;
import dev.interlock.guard.TransactionScope;
import dev.interlock.idempotency.Flights.Boarding;
import dev.interlock.idempotency.Flights.Flight;
import dev.interlock.idempotency.IdempotencyCounts.Result;
import dev.interlock.observation.Section;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * Makes the calls of one operation, in the way of its mode.
 *
 * <p><b>Concurrency.</b> What is remembered in this process is answered at once. Else one caller of a key and process asks
 * the store and executes or waits; the others wait for it here, with neither connection nor transaction, and get its outcome.
 * Only a caller inside a transaction of its own stays out of that line: it may hold what the first in line needs, and
 * Postgres would not see such a circle.
 *
 * <p>Thread-safe.
 */
abstract class IdempotentCalls {

    private final Operation operation;

    IdempotentCalls(Operation operation) {
        this.operation = operation;
    }

    final Operation operation() {
        return operation;
    }

    /** Makes a call: replays, executes, or throws. */
    @Nullable
    final Object make(IdempotentCall call) throws Throwable {
        Section section = operation.memory().counts().begin(operation.terms().name());
        return section == Section.NONE ? decide(call) : section.around(() -> decide(call));
    }

    private @Nullable Object decide(IdempotentCall call) throws Throwable {
        boolean inTransaction = TransactionScope.active() != null;
        if (inTransaction) {
            checkTransaction(call);
        }
        Completed remembered = operation.memory().cache().find(operation.store(), call.key());
        if (remembered != null) {
            return operation.replay(call, remembered, Result.REPLAYED_FROM_MEMORY);
        }
        Execution.refuseNested(call.key());
        return inTransaction ? joining(call) : inLine(call);
    }

    private @Nullable Object inLine(IdempotentCall call) throws Throwable {
        Deadline deadline =
                Deadline.after(operation.memory().clock(), operation.terms().waitTime());
        while (true) {
            Boarding boarding = operation.memory().flights().board(operation.store(), call.key());
            if (boarding instanceof Boarding.Started started) {
                return lead(call, started.flight(), deadline);
            }
            Completed landed = await(((Boarding.Waiting) boarding).flight(), call, deadline);
            if (landed != null) {
                return operation.replay(call, landed, Result.REPLAYED_FROM_MEMORY);
            }
        }
    }

    private @Nullable Completed await(Flight flight, IdempotentCall call, Deadline deadline) {
        if (!operation.waits()) {
            throw operation.duplicate(call.key());
        }
        try {
            return flight.await(deadline);
        } catch (TimeoutException late) {
            throw operation.duplicate(call.key());
        } catch (InterruptedException interrupt) {
            throw operation.interrupted(call.key(), interrupt);
        }
    }

    /** Whether the mode can be in the transaction that is active. */
    abstract void checkTransaction(IdempotentCall call);

    /** Makes the call as a part of the active transaction. */
    @Nullable
    abstract Object joining(IdempotentCall call) throws Throwable;

    /** Makes the call as the first of this process, and lands the flight. */
    @Nullable
    abstract Object lead(IdempotentCall call, Flight flight, Deadline deadline) throws Throwable;

    /**
     * Waits before the store is asked again.
     *
     * @throws DuplicateInProgressException if the call is not to wait any longer
     */
    final void pause(Polling polling, IdempotentCall call) {
        try {
            if (!operation.waits() || !polling.pause()) {
                throw operation.duplicate(call.key());
            }
        } catch (InterruptedException interrupt) {
            throw operation.interrupted(call.key(), interrupt);
        }
    }
}
