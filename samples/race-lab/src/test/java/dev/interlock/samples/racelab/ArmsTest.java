package dev.interlock.samples.racelab;

import static org.assertj.core.api.Assertions.assertThat;

import dev.interlock.annotation.Guarded;
import dev.interlock.annotation.RetryOnConflict;
import dev.interlock.annotation.StateTransition;
import java.lang.annotation.Annotation;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
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

/**
 * What makes a scene an experiment: its arms differ by the guard alone, and by the isolation that a retry cannot do without. A
 * guard that is a class takes the place of code.
 */
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
        Class<?> guarded = arm(scene, "Guarded");
        assertThat(annotations(guarded, all -> all.filter(ArmsTest::isGuard)).values())
                .allSatisfy(guards -> assertThat(guards.isEmpty() && !isGuardedByCode(guarded))
                        .isFalse());
    }

    @ParameterizedTest
    @MethodSource("scenes")
    void unguardedArmHasNothingOfTheToolkit(Class<?> scene) {
        Class<?> unguarded = arm(scene, "Unguarded");

        assertThat(isGuardedByCode(unguarded)).isFalse();
        assertThat(annotations(unguarded, all -> all.filter(ArmsTest::isGuard)).values())
                .allSatisfy(guards -> assertThat(guards).isEmpty());
    }

    @ParameterizedTest
    @MethodSource("scenes")
    void armsAreGivenTheSameBody(Class<?> scene) {
        assertThat(bodies(arm(scene, "Guarded"))).isEqualTo(bodies(arm(scene, "Unguarded")));
    }

    @ParameterizedTest
    @MethodSource("scenes")
    void armsThatDifferByAnnotationsHoldNothingElse(Class<?> scene) {
        Class<?> guarded = arm(scene, "Guarded");
        if (!isGuardedByCode(guarded) && !movesAState(guarded)) {
            assertThat(fieldTypes(guarded, any -> true)).hasSize(1);
            assertThat(fieldTypes(arm(scene, "Unguarded"), any -> true)).hasSize(1);
        }
    }

    @ParameterizedTest
    @MethodSource("scenes")
    void guardedArmHasTheGuardAloneBesidesWhatBothHave(Class<?> scene) {
        Predicate<Class<?>> guard = GuardText::isOfTheToolkit;
        List<Class<?>> ofBoth = fieldTypes(arm(scene, "Unguarded"), any -> true);

        assertThat(fieldTypes(arm(scene, "Guarded"), guard.negate()))
                .allMatch(type -> isBody(type) || ofBoth.contains(type));
    }

    private static boolean isBody(Class<?> type) {
        return type.getPackageName().equals(Scene.class.getPackageName());
    }

    private static boolean isGuardedByCode(Class<?> arm) {
        return !fieldTypes(arm, GuardText::isOfTheToolkit).isEmpty();
    }

    private static boolean movesAState(Class<?> arm) {
        return methods(arm).allMatch(method -> method.isAnnotationPresent(StateTransition.class));
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

    private static List<Class<?>> fieldTypes(Class<?> arm, Predicate<Class<?>> which) {
        return Stream.of(arm.getDeclaredFields())
                .<Class<?>>map(field -> field.getType())
                .filter(which)
                .toList();
    }

    /** What the constructor is given: a queue's workers run the body, so its arm need not keep it. */
    private static List<Class<?>> bodies(Class<?> arm) {
        return Stream.of(arm.getDeclaredConstructors())
                .flatMap(constructor -> Stream.of(constructor.getParameterTypes()))
                .filter(ArmsTest::isBody)
                .toList();
    }

    private static Stream<Method> methods(Class<?> arm) {
        return Stream.of(arm.getDeclaredMethods()).filter(method -> Modifier.isPublic(method.getModifiers()));
    }

    private static String signature(Method method) {
        return method.getReturnType().getName() + " " + method.getName() + Arrays.toString(method.getParameterTypes());
    }
}
