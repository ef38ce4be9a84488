package dev.interlock.annotation;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Runs the method under a Postgres advisory lock: at most one holder of the key at a time in all services of the namespace.
 *
 * <p><b>Guarantee.</b> Whoever gets the lock reads what the former holder committed. The lock is released after the commit of
 * the method's own transaction and of any transaction that surrounded the call, never before.
 *
 * <p><b>Fence.</b> A session lock around a writing transaction of the method is fenced: a holder that lost the lock without
 * knowing and was overtaken gets {@code StaleHolderException}, rolled back.
 *
 * <p><b>Failure.</b> The body never runs without the lock. If the connection that holds a session lock is lost while the body
 * runs, a transaction of the body is rolled back and the caller gets {@code LockLostException}.
 *
 * <p><b>Threading.</b> A nested call of the same call chain for a key it holds re-enters. Work handed to another thread does
 * not. An interrupt ends the wait at once with the interrupt flag restored.
 *
 * <p>Durations are written {@code "500ms"}, {@code "10s"}, {@code "PT1M"} or {@code "${property}"}.
 */
@Target({ElementType.METHOD, ElementType.ANNOTATION_TYPE})
@Retention(RetentionPolicy.RUNTIME)
@Documented
@Guarded
public @interface AdvisoryLocked {

    /** Name of the lock, a constant of low cardinality; it appears in meters and messages. */
    String name();

    /**
     * Parts of the key, as SpEL with property access only: {@code #orderId}, {@code #p0}, {@code #order.id}, {@code 'x'}.
     * Empty means one lock for the name. A null or blank part is an error. At most one part may be a collection or array: one
     * lock for each different element, at most 64, all or none; an empty one is an error.
     */
    String[] key() default {};

    /** What the lock belongs to. */
    LockScope scope() default LockScope.AUTO;

    /** Whether holders exclude each other. */
    LockMode mode() default LockMode.EXCLUSIVE;

    /** How long to wait for the lock, zero or more; {@code "0s"} tries once. */
    String waitTime() default "10s";

    /** What to do when the lock could not be taken within the wait time. */
    OnUnavailable onUnavailable() default OnUnavailable.THROW;

    /**
     * Method of the same class to call under {@link OnUnavailable#FALLBACK}: same parameters, optionally followed by the
     * exception, and the same return type.
     */
    String fallback() default "";

    /** Bean name of the DataSource whose database holds the lock; empty for the primary one. */
    String dataSource() default "";
}
