package dev.interlock.annotation;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Fires an event of a declared state machine in the transaction of the method, before the method runs; the transaction is joined or
 * opened for it. Of all who fire the event for one row at once, one applies it and runs the method; the others wait for its
 * transaction and are refused, also if the event was fired before.
 *
 * <p>State and effects commit together or not at all: whatever the method throws rolls back, whatever the rollback rules say; in a
 * transaction of the caller, that can only be rolled back then. A refusal comes before the method and leaves a caller's transaction
 * usable: {@code IllegalTransitionException}, which names the event's states and the present one, or what {@link #onRejected} says. A
 * row that does not exist is {@code RowNotFoundException}.
 */
@Target({ElementType.METHOD, ElementType.ANNOTATION_TYPE})
@Retention(RetentionPolicy.RUNTIME)
@Documented
@Guarded
public @interface StateTransition {

    /** Name of the {@code StateMachine} bean. */
    String machine();

    /** Key of the row, as SpEL with property access only; a {@code RowKey} where several columns identify it. */
    String key();

    /** Name of the event to fire. */
    String event();

    /** What to do when the current state does not allow the event. */
    OnRejected onRejected() default OnRejected.THROW;
}
