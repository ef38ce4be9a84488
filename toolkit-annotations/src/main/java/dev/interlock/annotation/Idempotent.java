package dev.interlock.annotation;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Runs the method at most once with effect for each key and replays the first outcome to every later call.
 *
 * <p><b>Guarantee.</b> {@link IdempotencyMode#TRANSACTIONAL}: one key gives at most one committed effect, and exactly one if
 * any caller saw success; all successes are equal, and a crash leaves neither effect nor record. The body runs in the
 * transaction that it would run in anyway. {@link IdempotencyMode#LEASED}, for effects outside the database: while the holder
 * of a key can renew its lease no other runs; after a crash at least once or at most once, as {@link #onExpiredLease} says.
 *
 * <p><b>Failure.</b> An exception that {@link #replayFor} does not name is no outcome: a transaction rolls back, whatever its
 * rollback rules say, and the key is free; one of the caller that goes on is vetoed at its commit. A COMMIT whose answer is lost
 * is settled by the record. A skipped call, a fallback and an exception of the toolkit are never an outcome.
 * {@code IdempotencyKeyReusedException}: other arguments than the first call. {@code DuplicateInProgressException}: the first
 * call has not ended. {@code IdempotencyStoreException}: the store does not answer. {@code UnstorableOutcomeException}: the
 * result is too large or no JSON. {@code StoredOutcomeException}: the record cannot be read. {@code OutcomeUnknownException}: a
 * leased call that must not be repeated did not complete. In none of these has the body run, but for what their
 * documentation says.
 *
 * <p><b>Result.</b> JSON of the declared generic return type; the first caller gets what a replay gets, decoded from what is
 * stored, so callers share no object. Exceptions are replayed as the named type, with message and properties.
 *
 * <p><b>Threading.</b> In one process one caller of a key asks the store and the others wait for it without a connection. A call
 * for its own key inside its execution is refused. An interrupt ends a wait at once with the interrupt flag restored.
 *
 * <p>Durations are written {@code "500ms"}, {@code "10s"}, {@code "PT1M"} or {@code "${property}"}.
 */
@Target({ElementType.METHOD, ElementType.ANNOTATION_TYPE})
@Retention(RetentionPolicy.RUNTIME)
@Documented
@Guarded
public @interface Idempotent {

    /** Name of the operation, a constant of low cardinality. */
    String name();

    /**
     * Parts of the key, as SpEL with property access only: {@code #orderId}, {@code #p0}, {@code #order.id}, {@code 'x'}. A null
     * or blank part is an error, and so is a collection. Empty means the {@code Idempotency-Key} header of the present request,
     * for the outermost such call; without one {@code MissingIdempotencyKeyException}.
     */
    String[] key() default {};

    /** Who shares the key. */
    KeyScope scope() default KeyScope.AUTO;

    /**
     * What must be the same in every call with the key: {@code "*"} for all arguments but those that the web framework brings
     * in, such as the request or the principal; empty for nothing; else expressions as in {@link #key}, of any type.
     */
    String[] fingerprint() default {"*"};

    /** How long the outcome is remembered, more than zero, by the clock of the store. */
    String ttl() default "24h";

    /** How the record relates to the effect. */
    IdempotencyMode mode() default IdempotencyMode.TRANSACTIONAL;

    /** What a duplicate does while the first call is still running. */
    OnDuplicate onDuplicate() default OnDuplicate.WAIT;

    /** How long a duplicate waits for the first call, zero or more. */
    String waitTime() default "10s";

    /** How long a leased claim lives without a heartbeat, at least a second. It is renewed while the body runs. */
    String leaseTime() default "30s";

    /** What happens to a leased claim whose holder has gone. */
    OnExpiredLease onExpiredLease() default OnExpiredLease.RETRY;

    /**
     * Exceptions that are an outcome, to be replayed like a result. One whose rule commits is recorded with the effect; one that
     * rolled back in a second transaction, and inside a transaction of the caller not at all. It must read back from its JSON.
     */
    Class<? extends Throwable>[] replayFor() default {};

    /** Whether the result is stored; otherwise a replay returns {@code null} or an empty Optional. */
    boolean storeOutcome() default true;

    /** Bean name of the DataSource that keeps the records; empty for the primary one. */
    String dataSource() default "";
}
