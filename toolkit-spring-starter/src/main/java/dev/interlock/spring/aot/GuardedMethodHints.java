package dev.interlock.spring.aot;

import dev.interlock.annotation.Idempotent;
import dev.interlock.guard.GuardAnnotations;
import java.lang.annotation.Annotation;
import java.lang.reflect.Method;
import java.lang.reflect.Parameter;
import java.lang.reflect.Type;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.springframework.aot.hint.BindingReflectionHintsRegistrar;
import org.springframework.aot.hint.ExecutableMode;
import org.springframework.aot.hint.MemberCategory;
import org.springframework.aot.hint.RuntimeHints;
import org.springframework.core.GenericTypeResolver;
import org.springframework.core.annotation.MergedAnnotation;

/** What the guards of one method reach by reflection: the method, its fallback, parts of its arguments, its outcome. */
final class GuardedMethodHints {

    /** Of the platform and of frameworks, which no outcome and no fingerprint holds. */
    private static final List<String> FOREIGN = List.of("java.", "javax.", "jakarta.", "org.springframework.");

    private static final BindingReflectionHintsRegistrar BINDING = new BindingReflectionHintsRegistrar();

    private final RuntimeHints hints;
    private final Method method;
    private final Class<?> targetClass;

    GuardedMethodHints(RuntimeHints hints, Method method, Class<?> targetClass) {
        this.hints = hints;
        this.method = method;
        this.targetClass = targetClass;
    }

    void register() {
        hints.reflection().registerType(targetClass).registerMethod(method, ExecutableMode.INVOKE);
        KeyPathHints paths = new KeyPathHints(hints, method, targetClass);
        for (MergedAnnotation<Annotation> annotation : GuardAnnotations.on(method)) {
            for (Map.Entry<String, Object> attribute : annotation.asMap().entrySet()) {
                if (attribute.getValue() instanceof String text) {
                    paths.register(text);
                } else if (attribute.getValue() instanceof String[] texts) {
                    Arrays.stream(texts).forEach(paths::register);
                }
            }
            annotation.getValue("fallback", String.class).ifPresent(this::registerFallback);
            if (annotation.getType().getName().equals(Idempotent.class.getName())) {
                registerOutcome(annotation);
            }
        }
    }

    /** All of its name; start-up chooses among them. */
    private void registerFallback(String name) {
        for (Class<?> level = targetClass; level != null && level != Object.class; level = level.getSuperclass()) {
            for (Method candidate : level.getDeclaredMethods()) {
                if (candidate.getName().equals(name)) {
                    hints.reflection().registerMethod(candidate, ExecutableMode.INVOKE);
                }
            }
        }
    }

    private void registerOutcome(MergedAnnotation<Annotation> annotation) {
        bind(GenericTypeResolver.resolveType(method.getGenericReturnType(), targetClass));
        for (Class<?> failure : annotation.getClassArray("replayFor")) {
            BINDING.registerReflectionHints(hints.reflection(), failure);
            hints.reflection().registerType(failure, MemberCategory.INVOKE_DECLARED_CONSTRUCTORS);
        }
        for (Parameter parameter : method.getParameters()) {
            bind(GenericTypeResolver.resolveType(parameter.getParameterizedType(), targetClass));
        }
    }

    private void bind(Type type) {
        BINDING.registerReflectionHints(
                hints.reflection(), new OwnTypes(name -> FOREIGN.stream().noneMatch(name::startsWith)).in(type));
    }
}
