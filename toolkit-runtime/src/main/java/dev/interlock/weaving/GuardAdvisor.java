package dev.interlock.weaving;

import dev.interlock.guard.GuardAnnotations;
import dev.interlock.guard.GuardPipeline;
import java.lang.reflect.Method;
import java.util.function.Supplier;
import org.springframework.aop.support.AopUtils;
import org.springframework.aop.support.StaticMethodMatcherPointcutAdvisor;
import org.springframework.core.Ordered;

/** Puts the pipeline around guarded methods of beans, for proxy weaving. */
public final class GuardAdvisor extends StaticMethodMatcherPointcutAdvisor {

    /** Outside {@code @Transactional}, inside {@code @Async}. */
    public static final int DEFAULT_ORDER = Ordered.LOWEST_PRECEDENCE - 1000;

    /** @param pipeline asked for at the first call, so that the advisor can exist before the pipeline's dependencies */
    public GuardAdvisor(Supplier<GuardPipeline> pipeline, int order) {
        super(new GuardInterceptor(pipeline));
        setOrder(order);
        setClassFilter(GuardAnnotations::mayBeWithin);
    }

    @Override
    public boolean matches(Method method, Class<?> targetClass) {
        return GuardAnnotations.areOn(AopUtils.getMostSpecificMethod(method, targetClass));
    }
}
