package dev.interlock.idempotency;

import dev.interlock.annotation.OnDuplicate;
import dev.interlock.annotation.OnExpiredLease;
import dev.interlock.guard.ReturnShape;
import dev.interlock.guard.ThrowingRunnable;
import dev.interlock.guard.ThrowingSupplier;
import dev.interlock.guard.TransactionScope;
import dev.interlock.idempotency.OutcomeCodec.Form;
import dev.interlock.key.LockKey;
import java.lang.reflect.Type;
import java.time.Duration;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.springframework.core.ParameterizedTypeReference;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.TransactionDefinition;
import org.springframework.transaction.TransactionStatus;
import org.springframework.transaction.support.DefaultTransactionDefinition;

/**
 * One operation with its key, and how it is to be called. Immutable; a spec may be called any number of times, and each call
 * with the key is a repetition of the first.
 */
public final class IdempotentSpec {

    /** What the template was given. */
    record Wiring(
            IdempotencySpaces spaces,
            IdempotencyServices services,
            Supplier<PlatformTransactionManager> manager,
            Forms forms) {}

    /** What is not in the terms. */
    record Details(
            @Nullable String caller,
            @Nullable Object @Nullable [] fingerprint,
            List<Class<? extends Throwable>> replayFor,
            boolean storeOutcome) {

        static final Details NONE = new Details(null, null, List.of(), true);
    }

    private final Wiring wiring;
    private final IdempotencyTerms terms;
    private final LockKey key;
    private final Details details;

    IdempotentSpec(Wiring wiring, IdempotencyTerms terms, LockKey key, Details details) {
        this.wiring = wiring;
        this.terms = terms;
        this.key = key;
        this.details = details;
    }

    /** The key belongs to this caller: another one with the same key makes another call. */
    public IdempotentSpec ofCaller(String caller) {
        return with(terms, new Details(caller, details.fingerprint, details.replayFor, details.storeOutcome));
    }

    /** What must be equal in every call with the key; by default nothing is compared. */
    public IdempotentSpec fingerprint(@Nullable Object... values) {
        return with(terms, new Details(details.caller, values.clone(), details.replayFor, details.storeOutcome));
    }

    /** How long the outcome is remembered, more than zero; by default 24 hours. */
    public IdempotentSpec ttl(Duration ttl) {
        return with(terms.withTtl(ttl), details);
    }

    /** How long a duplicate waits for the first call, zero or more; by default 10 seconds. */
    public IdempotentSpec waitTime(Duration waitTime) {
        if (waitTime.isNegative()) {
            throw new IllegalArgumentException("waitTime is negative; use Duration.ZERO to ask once");
        }
        return with(terms.withWaitTime(waitTime), details);
    }

    /** A duplicate does not wait: it gets {@link DuplicateInProgressException} at once. */
    public IdempotentSpec rejectDuplicates() {
        return with(terms.withOnDuplicate(OnDuplicate.REJECT), details);
    }

    /**
     * For effects outside the database: the claim is committed before the body runs and kept alive while it does.
     *
     * @param lease how long it lives without a heartbeat, at least a second
     * @param onExpiredLease what happens to a call whose holder has gone
     */
    public IdempotentSpec leased(Duration lease, OnExpiredLease onExpiredLease) {
        return with(terms.leased(lease, onExpiredLease), details);
    }

    /** Exceptions that are an outcome, to be replayed like a result. */
    @SafeVarargs
    @SuppressWarnings("varargs")
    public final IdempotentSpec replayFor(Class<? extends Throwable>... exceptions) {
        return with(
                terms,
                new Details(
                        details.caller,
                        details.fingerprint,
                        List.copyOf(Arrays.asList(exceptions)),
                        details.storeOutcome));
    }

    /** What the body returns is not kept: a replay returns {@code null}. */
    public IdempotentSpec withoutOutcome() {
        return with(terms, new Details(details.caller, details.fingerprint, details.replayFor, false));
    }

    private IdempotentSpec with(IdempotencyTerms changed, Details otherDetails) {
        return new IdempotentSpec(wiring, changed, key, otherDetails);
    }

    /**
     * Makes the call.
     *
     * @return what the body returned, now or the first time
     * @throws E what the body threw
     */
    public <T extends @Nullable Object, E extends Exception> T call(Class<T> type, ThrowingSupplier<T, E> body)
            throws E {
        return make(type, body::get);
    }

    /** As {@link #call(Class, ThrowingSupplier)}, for a type with parameters. */
    public <T extends @Nullable Object, E extends Exception> T call(
            ParameterizedTypeReference<T> type, ThrowingSupplier<T, E> body) throws E {
        return make(type.getType(), body::get);
    }

    /** Makes a call that returns nothing. */
    public <E extends Exception> void run(ThrowingRunnable<E> body) throws E {
        make(void.class, () -> {
            body.run();
            return null;
        });
    }

    @SuppressWarnings({"unchecked", "NullAway"}) // generic nullability is beyond the checker
    private <T extends @Nullable Object, E extends Exception> T make(Type type, TransactionalCalls.Body body) throws E {
        terms.problem().ifPresent(problem -> {
            throw new IllegalArgumentException("Operation '" + terms.name() + "': " + problem);
        });
        RecordKey record = details.caller == null ? RecordKey.shared(key) : RecordKey.ofCaller(key, details.caller);
        byte[] print = details.fingerprint == null
                ? Fingerprint.NONE
                : Fingerprint.of(codec(), terms.name(), details.fingerprint);
        try {
            return (T) calls(type, body).make(record, print);
        } catch (RuntimeException | Error failure) {
            throw failure;
        } catch (Throwable thrown) {
            throw (E) thrown;
        }
    }

    /** How a call is made once it has a key. */
    private interface Calls {
        @Nullable
        Object make(RecordKey record, byte[] print) throws Throwable;
    }

    private Calls calls(Type type, TransactionalCalls.Body body) {
        IdempotencySpace space = wiring.spaces
                .find("")
                .orElseThrow(() -> new IllegalStateException("There is no DataSource; " + wiring.spaces.remedy()));
        return switch (terms.mode()) {
            case LEASED -> leased(space, type, body);
            case TRANSACTIONAL -> transactional(space, type, body);
        };
    }

    private Calls leased(IdempotencySpace space, Type type, TransactionalCalls.Body body) {
        LeasedRecords records = space.leased();
        if (records == null) {
            throw new IllegalStateException("There is no store for leases; " + wiring.spaces.remedy());
        }
        LeasedCalls calls = new LeasedCalls(operation(type, records), records, wiring.services.heartbeats());
        return (record, print) -> calls.make(new IdempotentCall(record, print, false, execution -> {
            execution.begins();
            return body.run();
        }));
    }

    private Calls transactional(IdempotencySpace space, Type type, TransactionalCalls.Body body) {
        TransactionalRecords records = space.transactional();
        if (records == null) {
            throw new IllegalStateException("There is no database for the records; " + wiring.spaces.remedy());
        }
        TransactionalCalls calls = new TransactionalCalls(operation(type, records), records);
        return (record, print) -> calls.make(new IdempotentCall(
                record,
                print,
                false,
                execution -> inTransaction(status -> calls.execute(execution, new OwnTransaction(status), body))));
    }

    private Operation operation(Type type, Object store) {
        boolean stored = details.storeOutcome && type != void.class;
        Map<Class<? extends Throwable>, Form> thrown = new LinkedHashMap<>();
        details.replayFor.forEach(exception -> thrown.put(exception, form(exception)));
        Outcomes outcomes = new Outcomes(
                terms.name(), stored ? form(type) : null, null, false, thrown, wiring.services.maxOutcomeBytes());
        return new Operation(terms, outcomes, ReturnShape.VALUE, store, wiring.services.memory(), null);
    }

    private Form form(Type type) {
        return wiring.forms.of(type, codec());
    }

    private OutcomeCodec codec() {
        OutcomeCodec codec = wiring.services.codec();
        if (codec == null) {
            throw new IllegalStateException("Operation '" + terms.name()
                    + "' keeps or compares JSON, but Jackson is not there; add tools.jackson.core:jackson-databind");
        }
        return codec;
    }

    /** What runs in the transaction. */
    private interface Work {
        @Nullable
        Object run(TransactionStatus status) throws Throwable;
    }

    private @Nullable Object inTransaction(Work work) throws Throwable {
        PlatformTransactionManager manager = wiring.manager.get();
        TransactionStatus status = manager.getTransaction(new DefaultTransactionDefinition(
                TransactionScope.inCompletionPhase()
                        ? TransactionDefinition.PROPAGATION_REQUIRES_NEW
                        : TransactionDefinition.PROPAGATION_REQUIRED));
        Object result;
        try {
            result = work.run(status);
        } catch (Throwable failure) {
            try {
                manager.rollback(status);
            } catch (RuntimeException | Error notRolledBack) {
                failure.addSuppressed(notRolledBack);
            }
            throw failure;
        }
        manager.commit(status);
        return result;
    }

    /** A transaction that rolls back with every exception. */
    private record OwnTransaction(TransactionStatus status) implements CallTransaction {

        @Override
        public void flush() {
            status.flush();
        }

        @Override
        public void rollbackOnly() {
            status.setRollbackOnly();
        }

        @Override
        public boolean commitsOn(Throwable thrown) {
            return false;
        }
    }
}
