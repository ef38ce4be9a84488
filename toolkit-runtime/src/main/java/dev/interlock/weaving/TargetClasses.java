package dev.interlock.weaving;

import org.jspecify.annotations.Nullable;
import org.springframework.aop.SpringProxy;
import org.springframework.aop.TargetClassAware;
import org.springframework.aop.support.AopUtils;
import org.springframework.util.ClassUtils;

/**
 * The class that a target's guards are read from. Remembered for each class, since it is asked for at every call and an
 * {@code instanceof} that fails on an interface is slow on JDKs before 23.
 */
final class TargetClasses {

    private static final ClassValue<@Nullable Class<?>> OF_PLAIN_OBJECTS = new ClassValue<>() {
        @Override
        protected @Nullable Class<?> computeValue(Class<?> type) {
            boolean proxy = TargetClassAware.class.isAssignableFrom(type) || SpringProxy.class.isAssignableFrom(type);
            return proxy ? null : ClassUtils.getUserClass(type);
        }
    };

    private TargetClasses() {}

    /** Whether the class of an object tells its target class, as that of a proxy does not. */
    static boolean tellItself(Class<?> type) {
        return OF_PLAIN_OBJECTS.get(type) != null;
    }

    static Class<?> of(Object target) {
        Class<?> plain = OF_PLAIN_OBJECTS.get(target.getClass());
        return plain != null ? plain : AopUtils.getTargetClass(target);
    }
}
