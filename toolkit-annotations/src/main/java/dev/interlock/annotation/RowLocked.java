package dev.interlock.annotation;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Locks a row of the user's table before the method runs, in the transaction of the method.
 *
 * <p>Durations are written {@code "500ms"}, {@code "10s"}, {@code "PT1M"} or {@code "${property}"}.
 */
@Target({ElementType.METHOD, ElementType.ANNOTATION_TYPE})
@Retention(RetentionPolicy.RUNTIME)
@Documented
@Guarded
public @interface RowLocked {

    /** Table, lower case, optionally with its schema. */
    String table();

    /** Column that identifies the row. */
    String column() default "id";

    /** Value of the column, as SpEL with property access only; a collection locks its rows in sorted order. */
    String key();

    /** Strength of the row lock. */
    RowLockMode mode() default RowLockMode.NO_KEY_UPDATE;

    /** How long to wait for the row, zero or more; {@code "0s"} tries once. */
    String waitTime() default "2s";

    /** What to do when the row could not be locked within the wait time. */
    OnUnavailable onUnavailable() default OnUnavailable.THROW;

    /** Method of the same class to call under {@link OnUnavailable#FALLBACK}. */
    String fallback() default "";

    /** Bean name of the DataSource that holds the table; empty for the primary one. */
    String dataSource() default "";
}
