package dev.interlock.weaving;

import dev.interlock.guard.GuardPipeline;
import dev.interlock.guard.GuardPlan;
import java.util.function.Supplier;
import org.aopalliance.intercept.MethodInterceptor;
import org.aopalliance.intercept.MethodInvocation;
import org.jspecify.annotations.Nullable;
import org.springframework.aop.ProxyMethodInvocation;
import org.springframework.util.function.SingletonSupplier;

/** Adapter from Spring proxies to the pipeline. */
final class GuardInterceptor implements MethodInterceptor {

    private final Supplier<GuardPipeline> pipeline;

    GuardInterceptor(Supplier<GuardPipeline> pipeline) {
        this.pipeline = SingletonSupplier.of(pipeline);
    }

    @Override
    public @Nullable Object invoke(MethodInvocation invocation) throws Throwable {
        Object target = invocation.getThis();
        Class<?> targetClass = target != null
                ? TargetClasses.of(target)
                : invocation.getMethod().getDeclaringClass();
        GuardPlan plan = pipeline.get().planOfCalled(invocation.getMethod(), targetClass);
        return plan.run(new ProxyCall((ProxyMethodInvocation) invocation, plan.repeats()));
    }
}
