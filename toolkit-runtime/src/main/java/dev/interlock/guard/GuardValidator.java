package dev.interlock.guard;

import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.aop.framework.autoproxy.AutoProxyUtils;
import org.springframework.aop.support.AopUtils;
import org.springframework.beans.factory.SmartInitializingSingleton;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.core.annotation.MergedAnnotations;
import org.springframework.util.ClassUtils;

/**
 * Checks every guarded method of every bean once all singletons exist, and fails start-up with all problems in one report.
 * Prints the plan of each method at DEBUG.
 */
public final class GuardValidator implements SmartInitializingSingleton {

    private static final Logger log = LoggerFactory.getLogger(GuardValidator.class);

    /** By name, since neither library needs to be there. */
    private static final List<String> RETRYABLE = List.of(
            "org.springframework.resilience.annotation.Retryable", "org.springframework.retry.annotation.Retryable");

    private final ConfigurableListableBeanFactory beanFactory;
    private final GuardPlans plans;
    private final List<GuardedMethodCheck> checks;

    public GuardValidator(
            ConfigurableListableBeanFactory beanFactory, GuardPlans plans, List<GuardedMethodCheck> checks) {
        this.beanFactory = beanFactory;
        this.plans = plans;
        this.checks = List.copyOf(checks);
    }

    @Override
    public void afterSingletonsInstantiated() {
        GuardProblems problems = new GuardProblems();
        beanFactory.getBeanNamesIterator().forEachRemaining(name -> {
            Class<?> type = targetClass(name);
            if (type != null && GuardAnnotations.mayBeWithin(type)) {
                checkBean(name, type, problems);
            }
        });
        problems.throwIfAny();
        if (log.isDebugEnabled()) {
            plans.all().forEach(plan -> log.debug("Guards of {}", plan));
        }
    }

    private @Nullable Class<?> targetClass(String name) {
        try {
            Class<?> type = AutoProxyUtils.determineTargetClass(beanFactory, name);
            return type == null ? null : ClassUtils.getUserClass(type);
        } catch (RuntimeException | LinkageError unresolvable) {
            log.debug("Bean '{}' has no class to look for guards in: {}", name, unresolvable.toString());
            return null;
        }
    }

    private void checkBean(String name, Class<?> type, GuardProblems problems) {
        for (Class<?> level = type; level != null && level != Object.class; level = level.getSuperclass()) {
            for (Method method : declaredMethods(level)) {
                if (GuardAnnotations.areOn(method)) {
                    if (isOverridden(method, type)) {
                        warnIfUnguarded(method, type);
                    } else {
                        checkMethod(name, method, type, problems);
                    }
                }
            }
        }
        for (Class<?> implemented : ClassUtils.getAllInterfacesForClassAsSet(type)) {
            for (Method method : declaredMethods(implemented)) {
                GuardAnnotations.on(method).stream()
                        .findFirst()
                        .ifPresent(annotation -> problems.add(
                                "@" + annotation.getType().getSimpleName() + " on " + implemented.getSimpleName() + "."
                                        + method.getName(),
                                "is on an interface method, which woven code would not see; put it on the method of "
                                        + type.getSimpleName()));
            }
        }
    }

    private void checkMethod(String name, Method method, Class<?> type, GuardProblems problems) {
        GuardedMethod guarded = plans.check(method, type, problems);
        checks.forEach(check -> check.check(name, guarded, problems));
        warnOfRetryable(guarded);
    }

    private static void warnOfRetryable(GuardedMethod guarded) {
        MergedAnnotations annotations = MergedAnnotations.from(guarded.method());
        if (RETRYABLE.stream().anyMatch(annotations::isPresent)) {
            log.warn(
                    "{} is guarded and @Retryable, which stands outside every guard and, in a transaction of the caller, retries"
                            + " a doomed one; use @RetryOnConflict",
                    guarded);
        }
    }

    private static Method[] declaredMethods(Class<?> type) {
        try {
            return type.getDeclaredMethods();
        } catch (LinkageError missingClass) {
            log.debug("Methods of {} cannot be read: {}", type.getName(), missingClass.toString());
            return new Method[0];
        }
    }

    private static boolean isOverridden(Method method, Class<?> type) {
        return !Modifier.isPrivate(method.getModifiers())
                && !Modifier.isStatic(method.getModifiers())
                && !AopUtils.getMostSpecificMethod(method, type).equals(method);
    }

    private static void warnIfUnguarded(Method method, Class<?> type) {
        Method override = AopUtils.getMostSpecificMethod(method, type);
        if (!GuardAnnotations.areOn(override)) {
            log.warn(
                    "{}.{} overrides a guarded method of {} without its guards, so it runs unguarded; repeat the annotation",
                    type.getSimpleName(),
                    override.getName(),
                    method.getDeclaringClass().getSimpleName());
        }
    }
}
