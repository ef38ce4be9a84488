package dev.interlock.weaving;

import dev.interlock.guard.GuardProblems;
import dev.interlock.guard.GuardedMethod;
import dev.interlock.guard.GuardedMethodCheck;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.Proxy;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.aop.framework.Advised;
import org.springframework.aop.support.AopUtils;
import org.springframework.beans.factory.FactoryBean;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.util.ClassUtils;

/** In proxy mode: finds guarded methods that calls reach without passing the proxy. */
public final class ProxyVerifier implements GuardedMethodCheck {

    private static final Logger log = LoggerFactory.getLogger(ProxyVerifier.class);

    private final ConfigurableListableBeanFactory beanFactory;
    private final Set<String> warned = new HashSet<>();
    private @Nullable Class<?> scannedType;
    private SelfInvocations scanned = SelfInvocations.NONE;

    public ProxyVerifier(ConfigurableListableBeanFactory beanFactory) {
        this.beanFactory = beanFactory;
    }

    @Override
    public void check(String beanName, GuardedMethod method, GuardProblems problems) {
        String hindrance = hindrance(method);
        if (hindrance != null) {
            problems.add(
                    method.toString(),
                    "is guarded but " + hindrance
                            + ", which a proxy cannot intercept; change that, or use interlock.weaving=aspectj");
        } else {
            checkInstance(beanName, method, problems);
            warnOfSelfInvocation(method);
        }
    }

    private static @Nullable String hindrance(GuardedMethod guarded) {
        Method method = guarded.method();
        Class<?> type = guarded.targetClass();
        if (Modifier.isPrivate(method.getModifiers())) {
            return "private";
        }
        if (Modifier.isStatic(method.getModifiers())) {
            return "static";
        }
        if (Modifier.isFinal(method.getModifiers())) {
            return "final";
        }
        if (Modifier.isFinal(type.getModifiers())
                && !isOnInterface(guarded, ClassUtils.getAllInterfacesForClass(type))) {
            return "in the final class " + type.getSimpleName() + " and on none of its interfaces";
        }
        return null;
    }

    private void checkInstance(String beanName, GuardedMethod method, GuardProblems problems) {
        Object bean = beanFactory.containsSingleton(beanName) ? beanFactory.getSingleton(beanName) : null;
        if (bean == null || bean instanceof FactoryBean) {
            return;
        }
        boolean opaque = AopUtils.isAopProxy(bean) && !(bean instanceof Advised);
        boolean advised = bean instanceof Advised proxy
                && Arrays.stream(proxy.getAdvisors()).anyMatch(GuardAdvisor.class::isInstance);
        if (!opaque && !advised) {
            problems.add(
                    method.toString(),
                    "is guarded, but bean '" + beanName
                            + "' has no guard proxy: it was created too early (a dependency of a"
                            + " BeanPostProcessor?), or no proxy creator is configured");
        } else if (Proxy.isProxyClass(bean.getClass())
                && !isOnInterface(method, bean.getClass().getInterfaces())) {
            problems.add(
                    method.toString(),
                    "is guarded, but bean '" + beanName
                            + "' is proxied by its interfaces and none declares the method; add it"
                            + " to one, or set spring.aop.proxy-target-class=true");
        }
    }

    /** Also where the interface is generic, and its method has other types of parameters. */
    private static boolean isOnInterface(GuardedMethod guarded, Class<?>[] interfaces) {
        return Arrays.stream(interfaces)
                .flatMap(type -> Arrays.stream(type.getMethods()))
                .filter(declared -> declared.getName().equals(guarded.method().getName()))
                .anyMatch(declared -> AopUtils.getMostSpecificMethod(declared, guarded.targetClass())
                        .equals(guarded.method()));
    }

    private void warnOfSelfInvocation(GuardedMethod method) {
        for (String caller : selfInvocations(method.targetClass()).callersOf(method.method())) {
            if (warned.add(caller + method)) {
                log.warn(
                        "{} is guarded, but {}.{} calls it on its own class, which passes by the proxy and runs unguarded if"
                                + " it calls itself; call it from another bean, or use interlock.weaving=aspectj",
                        method,
                        method.targetClass().getSimpleName(),
                        caller);
            }
        }
    }

    /** The methods of one class are checked one after the other. */
    private SelfInvocations selfInvocations(Class<?> type) {
        if (type != scannedType) {
            scanned = SelfInvocations.of(type);
            scannedType = type;
        }
        return scanned;
    }
}
