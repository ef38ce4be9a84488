package dev.interlock.weaving;

import dev.interlock.guard.GuardProblems;
import dev.interlock.guard.GuardedMethod;
import dev.interlock.guard.GuardedMethodCheck;
import java.lang.reflect.Method;
import java.util.Arrays;
import org.springframework.beans.factory.ListableBeanFactory;
import org.springframework.transaction.interceptor.BeanFactoryTransactionAttributeSourceAdvisor;

/** In AspectJ mode: proves that each guarded method really is woven, and that its transaction is woven as well. */
public final class WeavingVerifier implements GuardedMethodCheck {

    private final ListableBeanFactory beanFactory;

    public WeavingVerifier(ListableBeanFactory beanFactory) {
        this.beanFactory = beanFactory;
    }

    @Override
    public void check(String beanName, GuardedMethod method, GuardProblems problems) {
        if (!isWoven(method.method())) {
            problems.add(
                    method.toString(),
                    "is guarded but not woven, though interlock.weaving=aspectj. Load time: start the JVM with"
                            + " -javaagent:aspectjweaver.jar and name the aspect "
                            + WeavingVerifier.class.getPackageName()
                            + ".GuardAspect and the package "
                            + method.method().getDeclaringClass().getPackageName()
                            + " in META-INF/aop.xml. Compile time: list toolkit-runtime as an aspect library");
        }
        if (method.ownTransaction().isPresent() && transactionsAreProxied()) {
            problems.add(
                    method.toString(),
                    "is woven, but its @Transactional is proxied and would stand outside the guard: locks would be"
                            + " released before the commit. Use @EnableTransactionManagement(mode = AdviceMode.ASPECTJ)"
                            + " with spring-aspects, or interlock.weaving=proxy");
        }
    }

    private boolean transactionsAreProxied() {
        return beanFactory.getBeanNamesForType(BeanFactoryTransactionAttributeSourceAdvisor.class, true, false).length
                > 0;
    }

    /** Whether the class or a superclass has a woven method. */
    static boolean isWovenAnywhere(Class<?> type) {
        return WOVEN.get(type);
    }

    private static final ClassValue<Boolean> WOVEN = new ClassValue<>() {
        @Override
        protected Boolean computeValue(Class<?> type) {
            for (Class<?> level = type; level != null && level != Object.class; level = level.getSuperclass()) {
                if (hasWovenMethod(level)) {
                    return true;
                }
            }
            return false;
        }
    };

    private static boolean hasWovenMethod(Class<?> type) {
        try {
            return Arrays.stream(type.getDeclaredMethods()).anyMatch(WeavingVerifier::isWoven);
        } catch (LinkageError missingClass) {
            return false;
        }
    }

    private static boolean isWoven(Method method) {
        return method.isAnnotationPresent(Woven.class);
    }
}
