package dev.interlock.annotation;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.annotation.Annotation;
import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import java.lang.reflect.Array;
import java.lang.reflect.Method;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Names, types and defaults that other programs are written against. */
class AnnotationContractTest {

    static Stream<Class<? extends Annotation>> guards() {
        return Stream.of(
                AdvisoryLocked.class,
                DistributedMutex.class,
                RetryOnConflict.class,
                Idempotent.class,
                RowLocked.class,
                StateTransition.class);
    }

    @ParameterizedTest
    @MethodSource("guards")
    void isAGuardOnMethodsAndAnnotations(Class<? extends Annotation> guard) {
        assertThat(guard).hasAnnotations(Guarded.class, Documented.class);
        assertThat(guard.getAnnotation(Retention.class).value()).isEqualTo(RetentionPolicy.RUNTIME);
        assertThat(guard.getAnnotation(Target.class).value())
                .containsExactlyInAnyOrder(ElementType.METHOD, ElementType.ANNOTATION_TYPE);
    }

    @Test
    void attributes() {
        assertThat(attributes(AdvisoryLocked.class))
                .containsExactlyInAnyOrder(
                        "String name",
                        "String[] key = {}",
                        "LockScope scope = AUTO",
                        "LockMode mode = EXCLUSIVE",
                        "String waitTime = 10s",
                        "OnUnavailable onUnavailable = THROW",
                        "String fallback = ",
                        "String dataSource = ");
        assertThat(attributes(DistributedMutex.class))
                .containsExactlyInAnyOrder(
                        "String name",
                        "String[] key = {}",
                        "String waitTime = 5s",
                        "String leaseTime = 30s",
                        "String minHold = 0s",
                        "String maxHold = 10m",
                        "Fencing fencing = AUTO",
                        "boolean interruptOnLoss = false",
                        "OnUnavailable onUnavailable = THROW",
                        "String fallback = ");
        assertThat(attributes(RetryOnConflict.class))
                .containsExactlyInAnyOrder(
                        "int maxRetries = 3",
                        "Conflict[] on = {SERIALIZATION, DEADLOCK, OPTIMISTIC}",
                        "String[] constraints = {}",
                        "String delay = 10ms",
                        "double multiplier = 2.0",
                        "String maxDelay = 250ms",
                        "Jitter jitter = FULL",
                        "String timeout = 2s",
                        "String fallback = ",
                        "int escalateAfter = 0",
                        "String escalateName = ",
                        "String[] escalateKey = {}");
        assertThat(attributes(Idempotent.class))
                .containsExactlyInAnyOrder(
                        "String name",
                        "String[] key = {}",
                        "KeyScope scope = AUTO",
                        "String[] fingerprint = {*}",
                        "String ttl = 24h",
                        "IdempotencyMode mode = TRANSACTIONAL",
                        "OnDuplicate onDuplicate = WAIT",
                        "String waitTime = 10s",
                        "String leaseTime = 30s",
                        "OnExpiredLease onExpiredLease = RETRY",
                        "Class[] replayFor = {}",
                        "boolean storeOutcome = true",
                        "String dataSource = ");
        assertThat(attributes(RowLocked.class))
                .containsExactlyInAnyOrder(
                        "String table",
                        "String column = id",
                        "String key",
                        "RowLockMode mode = NO_KEY_UPDATE",
                        "String waitTime = 2s",
                        "OnUnavailable onUnavailable = THROW",
                        "String fallback = ",
                        "String dataSource = ");
        assertThat(attributes(StateTransition.class))
                .containsExactlyInAnyOrder(
                        "String machine", "String key", "String event", "OnRejected onRejected = THROW");
    }

    @Test
    void enums() {
        assertThat(LockScope.values()).extracting(Enum::name).containsExactly("AUTO", "TRANSACTION", "SESSION");
        assertThat(LockMode.values()).extracting(Enum::name).containsExactly("EXCLUSIVE", "SHARED");
        assertThat(OnUnavailable.values()).extracting(Enum::name).containsExactly("THROW", "SKIP", "FALLBACK");
        assertThat(Fencing.values()).extracting(Enum::name).containsExactly("AUTO", "ENFORCED", "TOKEN", "NONE");
        assertThat(Conflict.values())
                .extracting(Enum::name)
                .containsExactly("SERIALIZATION", "DEADLOCK", "OPTIMISTIC", "LOCK_TIMEOUT", "UNIQUE", "CONNECTION");
        assertThat(Jitter.values()).extracting(Enum::name).containsExactly("NONE", "FULL", "EQUAL", "DECORRELATED");
        assertThat(KeyScope.values()).extracting(Enum::name).containsExactly("AUTO", "CALLER", "SHARED");
        assertThat(IdempotencyMode.values()).extracting(Enum::name).containsExactly("TRANSACTIONAL", "LEASED");
        assertThat(OnDuplicate.values()).extracting(Enum::name).containsExactly("WAIT", "REJECT", "SKIP");
        assertThat(OnExpiredLease.values()).extracting(Enum::name).containsExactly("RETRY", "HOLD");
        assertThat(RowLockMode.values())
                .extracting(Enum::name)
                .containsExactly("UPDATE", "NO_KEY_UPDATE", "SHARE", "KEY_SHARE");
        assertThat(OnRejected.values()).extracting(Enum::name).containsExactly("THROW", "SKIP");
    }

    private static List<String> attributes(Class<? extends Annotation> annotation) {
        return Arrays.stream(annotation.getDeclaredMethods())
                .map(attribute ->
                        attribute.getReturnType().getSimpleName() + " " + attribute.getName() + defaultOf(attribute))
                .toList();
    }

    private static String defaultOf(Method attribute) {
        Object value = attribute.getDefaultValue();
        if (value == null) {
            return "";
        }
        return " = "
                + (value.getClass().isArray()
                        ? IntStream.range(0, Array.getLength(value))
                                .mapToObj(i -> String.valueOf(Array.get(value, i)))
                                .collect(Collectors.joining(", ", "{", "}"))
                        : value);
    }
}
