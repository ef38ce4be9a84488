package dev.interlock.annotation;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/** Fires an event of a declared state machine in the transaction of the method, before the method runs. */
@Target({ElementType.METHOD, ElementType.ANNOTATION_TYPE})
@Retention(RetentionPolicy.RUNTIME)
@Documented
@Guarded
public @interface StateTransition {

    /** Bean name of the state machine. */
    String machine();

    /** Identity of the entity, as SpEL with property access only. */
    String key();

    /** The event to fire. */
    String event();

    /** What to do when the current state does not allow the event. */
    OnRejected onRejected() default OnRejected.THROW;
}
