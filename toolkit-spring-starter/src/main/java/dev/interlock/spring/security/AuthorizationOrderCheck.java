package dev.interlock.spring.security;

import dev.interlock.annotation.Idempotent;
import dev.interlock.guard.GuardProblems;
import dev.interlock.guard.GuardedMethod;
import dev.interlock.guard.GuardedMethodCheck;
import dev.interlock.weaving.GuardAdvisor;
import org.springframework.aop.Advisor;
import org.springframework.aop.framework.Advised;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.core.annotation.MergedAnnotations;
import org.springframework.security.authorization.method.AuthorizationAdvisor;

/**
 * Finds idempotent methods whose authorization stands inside of their guard, where a replay never comes by. Under AspectJ the
 * guard is inside of every proxy.
 */
final class AuthorizationOrderCheck implements GuardedMethodCheck {

    private final ConfigurableListableBeanFactory beanFactory;

    AuthorizationOrderCheck(ConfigurableListableBeanFactory beanFactory) {
        this.beanFactory = beanFactory;
    }

    @Override
    public void check(String beanName, GuardedMethod method, GuardProblems problems) {
        if (!MergedAnnotations.from(method.method()).isPresent(Idempotent.class)
                || !(beanFactory.getSingleton(beanName) instanceof Advised proxy)) {
            return;
        }
        boolean insideOfGuard = false;
        for (Advisor advisor : proxy.getAdvisors()) {
            if (advisor instanceof GuardAdvisor) {
                insideOfGuard = true;
            } else if (insideOfGuard
                    && advisor.getAdvice() instanceof AuthorizationAdvisor authorization
                    && applies(authorization, method)) {
                problems.add(
                        method.where(Idempotent.class),
                        "its authorization has the order " + authorization.getOrder()
                                + " and stands inside of the guard, so a caller who may not call it would get a replay; set"
                                + " interlock.order to more than that, or remove the property");
                return;
            }
        }
    }

    private static boolean applies(AuthorizationAdvisor authorization, GuardedMethod method) {
        return authorization.getPointcut().getMethodMatcher().matches(method.method(), method.targetClass());
    }
}
