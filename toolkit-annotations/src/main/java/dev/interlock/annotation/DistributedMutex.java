package dev.interlock.annotation;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Runs the method under a Redis mutex with a lease, so that at most one holder of the key runs at a time, and fences its
 * Postgres effects against a holder that was paused past its lease.
 *
 * <p>Durations are written {@code "500ms"}, {@code "10s"}, {@code "PT1M"} or {@code "${property}"}.
 */
@Target({ElementType.METHOD, ElementType.ANNOTATION_TYPE})
@Retention(RetentionPolicy.RUNTIME)
@Documented
@Guarded
public @interface DistributedMutex {

    /** Name of the mutex, a constant of low cardinality; it appears in meters and messages. */
    String name();

    /** Parts of the key, as SpEL with property access only. Empty means one mutex for the name. */
    String[] key() default {};

    /** How long to wait for the mutex, zero or more; {@code "0s"} tries once. */
    String waitTime() default "5s";

    /** How long Redis keeps the mutex without renewal. */
    String leaseTime() default "30s";

    /** How long the mutex is kept at least, even if the body ends earlier. */
    String minHold() default "0s";

    /** How long the mutex is renewed at most. */
    String maxHold() default "10m";

    /** How stale holders are kept from taking effect. */
    Fencing fencing() default Fencing.AUTO;

    /** Whether the thread that runs the body is interrupted when the mutex is lost. */
    boolean interruptOnLoss() default false;

    /** What to do when the mutex could not be taken within the wait time. */
    OnUnavailable onUnavailable() default OnUnavailable.THROW;

    /** Method of the same class to call under {@link OnUnavailable#FALLBACK}. */
    String fallback() default "";
}
