package dev.interlock.samples.racelab;

import dev.interlock.annotation.Guarded;
import java.lang.annotation.Annotation;
import java.lang.reflect.Method;
import java.util.Arrays;
import java.util.Comparator;
import java.util.Objects;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.springframework.core.annotation.AnnotationUtils;
import org.springframework.util.ObjectUtils;

/** The guards of a scene as its source has them, so that the page shows the one difference between the arms. */
final class GuardText {

    private static final Comparator<Method> NAME_FIRST = Comparator.comparing(
                    (Method attribute) -> !attribute.getName().equals("name"))
            .thenComparing(Method::getName);

    private GuardText() {}

    /** Reads the nested component {@code Guarded}. */
    static String of(Class<?> scene) {
        return Stream.of(scene.getDeclaredClasses())
                .filter(nested -> nested.getSimpleName().equals("Guarded"))
                .flatMap(arm -> Stream.of(arm.getDeclaredMethods()))
                .flatMap(method -> Stream.of(method.getAnnotations()))
                .filter(annotation -> annotation.annotationType().isAnnotationPresent(Guarded.class))
                .map(GuardText::written)
                .collect(Collectors.joining("\n"));
    }

    private static String written(Annotation guard) {
        String attributes = Stream.of(guard.annotationType().getDeclaredMethods())
                .sorted(NAME_FIRST)
                .filter(attribute -> !Objects.deepEquals(value(guard, attribute), attribute.getDefaultValue()))
                .map(attribute -> attribute.getName() + " = " + literal(value(guard, attribute)))
                .collect(Collectors.joining(", ", "(", ")"));
        return "@" + guard.annotationType().getSimpleName() + attributes;
    }

    private static Object value(Annotation guard, Method attribute) {
        return AnnotationUtils.getValue(guard, attribute.getName());
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
