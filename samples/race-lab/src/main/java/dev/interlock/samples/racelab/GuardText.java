package dev.interlock.samples.racelab;

import dev.interlock.fanout.FanOut;
import dev.interlock.jdbc.RowClaims;
import dev.interlock.queue.Queues;
import dev.interlock.retry.ConflictRetry;
import java.lang.annotation.Annotation;
import java.lang.reflect.Field;
import java.lang.reflect.Method;
import java.util.Arrays;
import java.util.Comparator;
import java.util.Objects;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.springframework.core.annotation.AnnotationUtils;
import org.springframework.util.ObjectUtils;

/**
 * What only the guarded arm of a scene has, the one difference between the arms: annotations, as its source has them, and classes
 * of the toolkit.
 */
final class GuardText {

    private static final Set<String> PACKAGES = Stream.of(
                    RowClaims.class, Queues.class, FanOut.class, ConflictRetry.class)
            .map(Class::getPackageName)
            .collect(Collectors.toUnmodifiableSet());

    private static final Comparator<Method> NAME_FIRST = Comparator.comparing(
                    (Method attribute) -> !attribute.getName().equals("name"))
            .thenComparing(Method::getName);

    private GuardText() {}

    /** Reads the nested components {@code Guarded} and {@code Unguarded}. */
    static String of(Class<?> scene) {
        Set<Annotation> shared = annotations(scene, "Unguarded").collect(Collectors.toSet());
        Stream<String> annotations = annotations(scene, "Guarded")
                .filter(Predicate.not(shared::contains))
                .map(GuardText::written);
        return Stream.concat(annotations, classes(scene)).collect(Collectors.joining("\n"));
    }

    private static Stream<String> classes(Class<?> scene) {
        return arm(scene, "Guarded")
                .flatMap(nested -> Stream.of(nested.getDeclaredFields()))
                .map(Field::getType)
                .filter(GuardText::isOfTheToolkit)
                .map(Class::getSimpleName)
                .distinct();
    }

    /** Whether an arm that holds an object of the type is guarded by its code. */
    static boolean isOfTheToolkit(Class<?> type) {
        return PACKAGES.contains(type.getPackageName());
    }

    private static Stream<Annotation> annotations(Class<?> scene, String arm) {
        return arm(scene, arm)
                .flatMap(nested -> Stream.of(nested.getDeclaredMethods()))
                .flatMap(method -> Stream.of(method.getAnnotations()));
    }

    private static Stream<Class<?>> arm(Class<?> scene, String name) {
        return Stream.of(scene.getDeclaredClasses())
                .filter(nested -> nested.getSimpleName().equals(name));
    }

    private static String written(Annotation annotation) {
        String attributes = Stream.of(annotation.annotationType().getDeclaredMethods())
                .sorted(NAME_FIRST)
                .filter(attribute -> !Objects.deepEquals(value(annotation, attribute), attribute.getDefaultValue()))
                .map(attribute -> attribute.getName() + " = " + literal(value(annotation, attribute)))
                .collect(Collectors.joining(", ", "(", ")"));
        return "@" + annotation.annotationType().getSimpleName() + attributes;
    }

    private static Object value(Annotation annotation, Method attribute) {
        return AnnotationUtils.getValue(annotation, attribute.getName());
    }

    private static String literal(Object value) {
        if (ObjectUtils.isArray(value)) {
            Object[] elements = ObjectUtils.toObjectArray(value);
            return elements.length == 1
                    ? literal(elements[0])
                    : Arrays.stream(elements).map(GuardText::literal).collect(Collectors.joining(", ", "{", "}"));
        }
        return value instanceof String text ? '"' + text + '"' : value.toString();
    }
}
