package dev.interlock.guard;

import java.lang.reflect.Method;
import org.jspecify.annotations.Nullable;
import org.springframework.aop.support.AopUtils;

/** The one way from a call to its guards, shared by both weavings. Thread-safe. */
public final class GuardPipeline {

    private final GuardPlans plans;

    public GuardPipeline(GuardPlans plans) {
        this.plans = plans;
    }

    /**
     * Runs a call that reached exactly this method.
     *
     * @param targetClass the class of the target, without any proxy
     * @throws InvalidGuardException if the method's guards break a rule and start-up could not know of it
     */
    public @Nullable Object run(GuardedCall call, Class<?> targetClass) throws Throwable {
        return plans.plan(call.method(), targetClass).run(call);
    }

    /** The plan for calls of a method that may be declared on an interface or a superclass of the target. */
    public GuardPlan planOfCalled(Method called, Class<?> targetClass) {
        return plans.plan(AopUtils.getMostSpecificMethod(called, targetClass), targetClass);
    }
}
