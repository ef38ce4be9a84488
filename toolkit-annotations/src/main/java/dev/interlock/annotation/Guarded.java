package dev.interlock.annotation;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Marks an annotation as a guard, so that both weavings find the methods that carry it.
 *
 * <p>Applications do not use it directly. They put a guard annotation on a method, or compose their own from one:
 * <pre>{@code
 * @AdvisoryLocked(name = "order", key = "#orderId")
 * @Target(ElementType.METHOD)
 * @Retention(RetentionPolicy.RUNTIME)
 * @interface OrderLock {}
 * }</pre>
 * Composition is one level deep; deeper composition is refused at start-up.
 */
@Target(ElementType.ANNOTATION_TYPE)
@Retention(RetentionPolicy.RUNTIME)
@Documented
public @interface Guarded {}
