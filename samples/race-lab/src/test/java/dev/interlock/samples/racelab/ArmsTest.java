package dev.interlock.samples.racelab;

import static org.assertj.core.api.Assertions.assertThat;

import dev.interlock.annotation.Guarded;
import dev.interlock.annotation.RetryOnConflict;
import java.lang.annotation.Annotation;
import java.lang.reflect.Method;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.springframework.beans.factory.config.BeanDefinition;
import org.springframework.context.annotation.ClassPathScanningCandidateComponentProvider;
import org.springframework.core.annotation.AnnotationUtils;
import org.springframework.core.type.filter.AssignableTypeFilter;
import org.springframework.transaction.annotation.Isolation;
import org.springframework.transaction.annotation.Transactional;
import org.springframework.util.ClassUtils;

/** What makes a scene an experiment: its arms differ by the guard alone, and by the isolation that a retry cannot do without. */
class ArmsTest {

    static Stream<Class<?>> scenes() {
        ClassPathScanningCandidateComponentProvider provider = new ClassPathScanningCandidateComponentProvider(true);
        provider.addIncludeFilter(new AssignableTypeFilter(Scene.class));
        return provider.findCandidateComponents(RaceLab.class.getPackageName()).stream()
                .map(BeanDefinition::getBeanClassName)
                .<Class<?>>map(name -> ClassUtils.resolveClassName(name, null))
                .filter(type -> Scene.class.isAssignableFrom(type) && type != FakeScene.class);
    }

    @ParameterizedTest
    @MethodSource("scenes")
    void armsHaveTheSameMethods(Class<?> scene) {
        assertThat(signatures(arm(scene, "Guarded"))).isNotEmpty().isEqualTo(signatures(arm(scene, "Unguarded")));
    }

    @ParameterizedTest
    @MethodSource("scenes")
    void armsShareTheirOtherAnnotations(Class<?> scene) {
        Class<?> guarded = arm(scene, "Guarded");
        Predicate<Annotation> guard = ArmsTest::isGuard;
        UnaryOperator<Annotation> compared = isRetried(guarded) ? ArmsTest::withoutIsolation : UnaryOperator.identity();

        assertThat(annotations(guarded, all -> all.filter(guard.negate()).map(compared)))
                .isEqualTo(annotations(arm(scene, "Unguarded"), all -> all.map(compared)));
    }

    @ParameterizedTest
    @MethodSource("scenes")
    void guardedArmHasAGuard(Class<?> scene) {
        assertThat(annotations(arm(scene, "Guarded"), all -> all.filter(ArmsTest::isGuard))
                        .values())
                .allSatisfy(guards -> assertThat(guards).isNotEmpty());
    }

    @ParameterizedTest
    @MethodSource("scenes")
    void armsHoldTheSameBody(Class<?> scene) {
        assertThat(fieldTypes(arm(scene, "Guarded")))
                .isEqualTo(fieldTypes(arm(scene, "Unguarded")))
                .hasSize(1);
    }

    private static boolean isGuard(Annotation annotation) {
        return annotation.annotationType().isAnnotationPresent(Guarded.class);
    }

    private static boolean isRetried(Class<?> arm) {
        return methods(arm).allMatch(method -> method.isAnnotationPresent(RetryOnConflict.class));
    }

    /** SERIALIZABLE needs the retry, and the retry needs SERIALIZABLE to be told of the conflict. */
    private static Annotation withoutIsolation(Annotation annotation) {
        if (!(annotation instanceof Transactional)) {
            return annotation;
        }
        Map<String, Object> attributes = AnnotationUtils.getAnnotationAttributes(annotation);
        attributes.put("isolation", Isolation.DEFAULT);
        return AnnotationUtils.synthesizeAnnotation(attributes, Transactional.class, null);
    }

    private static Class<?> arm(Class<?> scene, String name) {
        return ClassUtils.resolveClassName(scene.getName() + "$" + name, scene.getClassLoader());
    }

    private static Set<String> signatures(Class<?> arm) {
        return methods(arm).map(ArmsTest::signature).collect(Collectors.toSet());
    }

    private static Map<String, List<Annotation>> annotations(Class<?> arm, UnaryOperator<Stream<Annotation>> compared) {
        return methods(arm)
                .collect(Collectors.toMap(
                        ArmsTest::signature,
                        method -> compared.apply(Stream.of(method.getAnnotations()))
                                .toList()));
    }

    private static List<Class<?>> fieldTypes(Class<?> arm) {
        return Stream.of(arm.getDeclaredFields())
                .<Class<?>>map(field -> field.getType())
                .toList();
    }

    private static Stream<Method> methods(Class<?> arm) {
        return Stream.of(arm.getDeclaredMethods()).filter(method -> !method.isSynthetic());
    }

    private static String signature(Method method) {
        return method.getReturnType().getName() + " " + method.getName() + Arrays.toString(method.getParameterTypes());
    }
}
