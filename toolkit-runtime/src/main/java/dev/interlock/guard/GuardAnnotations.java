package dev.interlock.guard;

import dev.interlock.annotation.Guarded;
import java.lang.annotation.Annotation;
import java.lang.reflect.AnnotatedElement;
import java.lang.reflect.Method;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ConcurrentMap;
import org.springframework.core.annotation.MergedAnnotation;
import org.springframework.core.annotation.MergedAnnotations;
import org.springframework.core.annotation.MergedAnnotations.SearchStrategy;
import org.springframework.util.ClassUtils;
import org.springframework.util.ConcurrentReferenceHashMap;

/**
 * Finds guard annotations exactly where both weavings see them: on the method itself, directly or through an annotation
 * composed of one. Nothing is inherited from overridden methods or interfaces.
 */
public final class GuardAnnotations {

    /** Softly held, so that the classes of a closed class loader can go. */
    private static final ConcurrentMap<Class<?>, Boolean> CANDIDATES = new ConcurrentReferenceHashMap<>();

    private static final ClassValue<Boolean> DECLARING = new ClassValue<>() {
        @Override
        protected Boolean computeValue(Class<?> type) {
            try {
                return Arrays.stream(type.getDeclaredMethods()).anyMatch(GuardAnnotations::areOn);
            } catch (LinkageError missingClass) {
                return true;
            }
        }
    };

    private GuardAnnotations() {}

    /** Every guard annotation of the method, with the attributes that a composed annotation overrides. */
    public static List<MergedAnnotation<Annotation>> on(Method method) {
        if (method.getDeclaringClass() == Object.class || !mayCarry(method)) {
            return List.of();
        }
        return MergedAnnotations.from((AnnotatedElement) method, SearchStrategy.DIRECT).stream()
                .filter(annotation -> annotation.getType().isAnnotationPresent(Guarded.class))
                .toList();
    }

    public static boolean areOn(Method method) {
        return !on(method).isEmpty();
    }

    /**
     * Whether a method of the class, a superclass or an interface carries one; also if that cannot be told, since a class is
     * missing. Remembered for each class: most beans are of none, and each is asked about when it is made and when it is
     * checked.
     */
    public static boolean mayBeWithin(Class<?> type) {
        for (Class<?> level = type; level != null; level = level.getSuperclass()) {
            if (mayDeclare(level)) {
                return true;
            }
        }
        return ClassUtils.getAllInterfacesForClassAsSet(type).stream().anyMatch(GuardAnnotations::mayDeclare);
    }

    /** Classes of the JDK's own loader do not see the annotations. */
    private static boolean mayDeclare(Class<?> type) {
        return type.getClassLoader() != null && DECLARING.get(type);
    }

    private static boolean mayCarry(Method method) {
        for (Annotation annotation : method.getDeclaredAnnotations()) {
            if (CANDIDATES.computeIfAbsent(annotation.annotationType(), GuardAnnotations::leadsToGuard)) {
                return true;
            }
        }
        return false;
    }

    private static boolean leadsToGuard(Class<?> type) {
        return type.isAnnotationPresent(Guarded.class)
                || MergedAnnotations.from(type).isPresent(Guarded.class);
    }
}
