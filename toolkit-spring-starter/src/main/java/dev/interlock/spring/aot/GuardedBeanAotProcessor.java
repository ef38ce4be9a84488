package dev.interlock.spring.aot;

import dev.interlock.guard.GuardAnnotations;
import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.aot.hint.MemberCategory;
import org.springframework.beans.factory.aot.BeanRegistrationAotContribution;
import org.springframework.beans.factory.aot.BeanRegistrationAotProcessor;
import org.springframework.beans.factory.support.RegisteredBean;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.util.ClassUtils;

/** Hints for beans with guarded methods, and for the managers whose DataSource the toolkit compares with its own. */
final class GuardedBeanAotProcessor implements BeanRegistrationAotProcessor {

    @Override
    public @Nullable BeanRegistrationAotContribution processAheadOfTime(RegisteredBean bean) {
        Class<?> type = ClassUtils.getUserClass(bean.getBeanClass());
        if (PlatformTransactionManager.class.isAssignableFrom(type)) {
            return (generation, code) ->
                    generation.getRuntimeHints().reflection().registerType(type, MemberCategory.INVOKE_PUBLIC_METHODS);
        }
        List<Method> guarded = guardedMethods(type);
        return guarded.isEmpty()
                ? null
                : (generation, code) -> guarded.forEach(
                        method -> new GuardedMethodHints(generation.getRuntimeHints(), method, type).register());
    }

    private static List<Method> guardedMethods(Class<?> type) {
        List<Method> guarded = new ArrayList<>();
        try {
            for (Class<?> level = type; level != null && level != Object.class; level = level.getSuperclass()) {
                for (Method method : level.getDeclaredMethods()) {
                    if (GuardAnnotations.areOn(method)) {
                        guarded.add(method);
                    }
                }
            }
        } catch (LinkageError missingClass) {
            // Start-up finds no guard there either.
        }
        return guarded;
    }
}
