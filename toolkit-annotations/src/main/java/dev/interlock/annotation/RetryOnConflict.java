package dev.interlock.annotation;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Retries the method when its transaction failed with a transient conflict, each attempt in a transaction of its own.
 *
 * <p>Inside a transaction of the caller the body runs once and the owner of the transaction retries.
 *
 * <p>Durations are written {@code "500ms"}, {@code "10s"}, {@code "PT1M"} or {@code "${property}"}.
 */
@Target({ElementType.METHOD, ElementType.ANNOTATION_TYPE})
@Retention(RetentionPolicy.RUNTIME)
@Documented
@Guarded
public @interface RetryOnConflict {

    /** Retries after the first attempt, zero or more. */
    int maxRetries() default 3;

    /** The kinds of conflict that are retried. */
    Conflict[] on() default {Conflict.SERIALIZATION, Conflict.DEADLOCK, Conflict.OPTIMISTIC};

    /** Names of the constraints whose violation is retried; required with {@link Conflict#UNIQUE}. */
    String[] constraints() default {};

    /** Wait before the first retry. */
    String delay() default "10ms";

    /** Factor by which the wait grows, 1 or more. */
    double multiplier() default 2;

    /** Longest wait between two attempts. */
    String maxDelay() default "250ms";

    /** How the wait is randomised. */
    Jitter jitter() default Jitter.FULL;

    /** Time for all retries together, counted from the first conflict. */
    String timeout() default "2s";

    /** Method of the same class to call when the retries are used up. */
    String fallback() default "";

    /** From attempt {@code escalateAfter + 1} on a lock is taken before the transaction begins; 0 means never. */
    int escalateAfter() default 0;

    /** Name of the lock to escalate to, the same as that of an {@link AdvisoryLocked} of that name. */
    String escalateName() default "";

    /** Key of the lock to escalate to. */
    String[] escalateKey() default {};
}
