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
 * <p><b>Guarantee.</b> Effects in a fenced transaction of the method are in the order of the holders, whatever happens to Redis:
 * a holder that was overtaken gets {@code StaleHolderException}, rolled back. Exclusion in time is not promised while a holder
 * is paused or Redis loses data.
 *
 * <p><b>Failure.</b> The body never runs without the mutex. If it is lost while the body runs, the commit is vetoed and the
 * caller gets {@code LockLostException}; {@code LockHold.current()} tells the body at once.
 *
 * <p><b>Threading.</b> The owner is the call, not its thread. A nested call of the same call chain for a key it holds re-enters.
 * An interrupt ends the wait at once with the interrupt flag restored.
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

    /**
     * Parts of the key, as SpEL with property access only: {@code #orderId}, {@code #p0}, {@code #order.id}, {@code 'x'}.
     * Empty means one mutex for the name. At most one part may be a collection or array: one mutex for each different element,
     * at most 64, all or none.
     */
    String[] key() default {};

    /** How long to wait for the mutex, zero or more; {@code "0s"} tries once. */
    String waitTime() default "5s";

    /** How long Redis keeps the mutex when its holder stops renewing it, 100 ms or more. It is renewed while the body runs. */
    String leaseTime() default "30s";

    /** How long others are kept out at least, even if the body ends earlier: for short jobs on skewed schedules. */
    String minHold() default "0s";

    /** How long the mutex is renewed at most; a body that runs longer loses it when the lease ends. */
    String maxHold() default "10m";

    /** How stale holders are kept from taking effect. */
    Fencing fencing() default Fencing.AUTO;

    /**
     * Whether the thread that runs the body is interrupted when the mutex is lost. An interrupt that the body did not consume is
     * taken back when it has ended.
     */
    boolean interruptOnLoss() default false;

    /** What to do when the mutex could not be taken within the wait time. */
    OnUnavailable onUnavailable() default OnUnavailable.THROW;

    /**
     * Method of the same class to call under {@link OnUnavailable#FALLBACK}: same parameters, optionally followed by the
     * exception, and the same return type.
     */
    String fallback() default "";
}
