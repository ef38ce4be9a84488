package dev.interlock.annotation;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Runs the method at most once with effect for each key and replays the first outcome to every later call.
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

    /** Parts of the key, as SpEL with property access only. Empty means the {@code Idempotency-Key} header, else an error. */
    String[] key() default {};

    /** Who shares the key. */
    KeyScope scope() default KeyScope.AUTO;

    /** What must be the same in every call with the key: {@code "*"} all value arguments, empty none, else expressions. */
    String[] fingerprint() default {"*"};

    /** How long the outcome is remembered. */
    String ttl() default "24h";

    /** How the record relates to the effect. */
    IdempotencyMode mode() default IdempotencyMode.TRANSACTIONAL;

    /** What a duplicate does while the first call is still running. */
    OnDuplicate onDuplicate() default OnDuplicate.WAIT;

    /** How long a duplicate waits for the first call. */
    String waitTime() default "10s";

    /** How long a leased claim lives without a heartbeat. */
    String leaseTime() default "30s";

    /** What happens to a leased claim whose holder has gone. */
    OnExpiredLease onExpiredLease() default OnExpiredLease.RETRY;

    /** Exceptions that are an outcome, to be replayed like a result. */
    Class<? extends Throwable>[] replayFor() default {};

    /** Whether the outcome is stored; otherwise a replay has no result. */
    boolean storeOutcome() default true;

    /** Bean name of the DataSource that keeps the records; empty for the primary one. */
    String dataSource() default "";
}
