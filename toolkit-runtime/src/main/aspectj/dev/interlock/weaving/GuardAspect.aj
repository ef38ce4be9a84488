package dev.interlock.weaving;

import dev.interlock.annotation.Guarded;
import org.aspectj.lang.reflect.MethodSignature;

/**
 * Weaves the guard pipeline around every method that carries a guard annotation, directly or composed one level deep.
 * Passes through until an application context binds it.
 */
public aspect GuardAspect {

    // As in proxies: outside transactions and everything else, inside asynchronous execution.
    declare precedence: *..*Async*, GuardAspect, *;

    declare @method: @(@Guarded *) * *(..): @Woven;
    declare @method: @(@(@Guarded *) *) * *(..): @Woven;

    pointcut guarded(): execution(@(@Guarded *) * *(..)) || execution(@(@(@Guarded *) *) * *(..));

    Object around(): guarded() {
        return AspectBinding.run(
                ((MethodSignature) thisJoinPointStaticPart.getSignature()).getMethod(),
                thisJoinPoint.getThis(),
                thisJoinPoint.getArgs(),
                () -> proceed());
    }
}
