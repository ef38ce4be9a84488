package dev.interlock.weaving;

import dev.interlock.guard.GuardPipeline;
import dev.interlock.guard.GuardPlan;
import java.lang.reflect.Method;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.function.Supplier;
import org.aopalliance.intercept.MethodInterceptor;
import org.aopalliance.intercept.MethodInvocation;
import org.jspecify.annotations.Nullable;
import org.springframework.aop.ProxyMethodInvocation;
import org.springframework.util.function.SingletonSupplier;

/**
 * Adapter from Spring proxies to the pipeline. Plans are remembered by the called method and the class of the target, in two
 * small maps, since a key of both would have to be made at every call. Thread-safe.
 */
final class GuardInterceptor implements MethodInterceptor {

    private final Supplier<GuardPipeline> pipeline;
    private final ConcurrentMap<Method, ConcurrentMap<Class<?>, GuardPlan>> plans = new ConcurrentHashMap<>();

    GuardInterceptor(Supplier<GuardPipeline> pipeline) {
        this.pipeline = SingletonSupplier.of(pipeline);
    }

    @Override
    public @Nullable Object invoke(MethodInvocation invocation) throws Throwable {
        Method method = invocation.getMethod();
        Object target = invocation.getThis();
        Map<Class<?>, GuardPlan> known = plans.get(method);
        GuardPlan plan = known == null || target == null ? null : known.get(target.getClass());
        if (plan == null) {
            plan = find(method, target);
        }
        return plan.run(new ProxyCall((ProxyMethodInvocation) invocation, plan.repeats()));
    }

    private GuardPlan find(Method method, @Nullable Object target) {
        Class<?> targetClass = target == null ? method.getDeclaringClass() : TargetClasses.of(target);
        Map<Class<?>, GuardPlan> known = plans.computeIfAbsent(method, any -> new ConcurrentHashMap<>(2));
        GuardPlan plan = known.get(targetClass);
        if (plan == null) {
            plan = pipeline.get().planOfCalled(method, targetClass);
            known.put(targetClass, plan);
        }
        if (target != null && TargetClasses.tellItself(target.getClass())) {
            known.put(target.getClass(), plan);
        }
        return plan;
    }
}
