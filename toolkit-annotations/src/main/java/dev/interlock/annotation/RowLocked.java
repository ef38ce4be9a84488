package dev.interlock.annotation;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Locks a row of the application's table before the method runs, {@code SELECT … FOR …}, to the end of its transaction, which is
 * joined or opened for it. What the method reads of the row is as of now, and nobody else changes it before the commit.
 *
 * <p>Several rows, where the key is a collection, are locked in the order of their keys, all or none. The column has to be covered
 * by a unique constraint or index.
 *
 * <p>If the wait time ends or the thread is interrupted, the method does not run: {@code LockNotAcquiredException}, or what {@link
 * #onUnavailable} says; a caller's transaction stays usable. A row that does not exist is {@code RowNotFoundException}. If two
 * transactions wait for each other, Postgres ends one with SQLSTATE 40P01, which {@link RetryOnConflict} retries. A wait holds the
 * connection of the transaction.
 *
 * <p>Entities of the locked rows that Hibernate has loaded before are flushed and read anew; with other JPA providers refresh them
 * by hand.
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

    /** Column that identifies the row, lower case; other keys are for {@code RowLocks} in code. */
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
