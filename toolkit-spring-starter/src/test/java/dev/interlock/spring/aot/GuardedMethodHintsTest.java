package dev.interlock.spring.aot;

import static org.assertj.core.api.Assertions.assertThat;

import dev.interlock.annotation.AdvisoryLocked;
import dev.interlock.annotation.DistributedMutex;
import dev.interlock.annotation.Idempotent;
import dev.interlock.annotation.OnUnavailable;
import dev.interlock.annotation.RetryOnConflict;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.reflect.Method;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.Test;
import org.postgresql.Driver;
import org.springframework.aot.hint.BindingReflectionHintsRegistrar;
import org.springframework.aot.hint.MemberCategory;
import org.springframework.aot.hint.RuntimeHints;
import org.springframework.aot.hint.predicate.ReflectionHintsPredicates;
import org.springframework.aot.hint.predicate.RuntimeHintsPredicates;
import org.springframework.core.io.support.PathMatchingResourcePatternResolver;

/** Which classes and methods a native image has to keep for the guards. */
class GuardedMethodHintsTest {

    private static final ReflectionHintsPredicates REFLECTION = RuntimeHintsPredicates.reflection();

    private final RuntimeHints hints = new RuntimeHints();

    @Test
    void theMethodAndItsFallbackAreKept() throws NoSuchMethodException {
        register("ship");
        assertThat(hints)
                .matches(REFLECTION.onMethodInvocation(Shop.class, "ship"))
                .matches(REFLECTION.onMethodInvocation(Shop.class.getDeclaredMethod("later", Order.class)))
                .matches(REFLECTION.onMethodInvocation(
                        Base.class.getDeclaredMethod("later", Order.class, RuntimeException.class)))
                .matches(REFLECTION.onMethodInvocation(Shop.class, "other").negate());
    }

    @Test
    void accessorsOnTheWayToAKeyAreKept() {
        register("ship");
        assertThat(hints)
                .matches(REFLECTION.onMethodInvocation(Order.class, "customer"))
                .matches(REFLECTION.onMethodInvocation(Customer.class, "getName"))
                .matches(REFLECTION.onFieldAccess(Tag.class, "label"))
                .matches(REFLECTION.onMethodInvocation(Order.class, "total").negate());
    }

    @Test
    void theirKindOfTypeMayBeGeneric() {
        register("shipAll");
        assertThat(hints).matches(REFLECTION.onMethodInvocation(Order.class, "id"));
    }

    @Test
    void keysOfEscalationsCountToo() {
        register("retried");
        assertThat(hints).matches(REFLECTION.onMethodInvocation(Order.class, "id"));
    }

    @Test
    void composedAnnotationsCountToo() {
        register("composed");
        assertThat(hints).matches(REFLECTION.onMethodInvocation(Order.class, "id"));
    }

    @Test
    void outcomesAndComparedArgumentsAreBound() {
        register("pay");
        assertThat(hints)
                .matches(REFLECTION.onMethodInvocation(Receipt.class, "lines"))
                .matches(REFLECTION.onType(Line.class))
                .matches(REFLECTION.onMethodInvocation(Order.class, "total"))
                .matches(REFLECTION
                        .onType(Refused.class)
                        .withMemberCategory(MemberCategory.INVOKE_DECLARED_CONSTRUCTORS))
                .matches(REFLECTION.onType(Locale.class).negate());
    }

    @Test
    void eachKindOfASealedPayloadIsBound() {
        new BindingReflectionHintsRegistrar()
                .registerReflectionHints(hints.reflection(), new OwnTypes(name -> true).in(Notice.class));
        assertThat(hints)
                .matches(REFLECTION.onMethodInvocation(Notice.Bill.class, "number"))
                .matches(REFLECTION.onMethodInvocation(Notice.Reminder.class, "day"));
    }

    @Test
    void everyScriptOfTheSchemaIsKept() throws Exception {
        new InterlockRuntimeHints().registerHints(hints, getClass().getClassLoader());
        var scripts = new PathMatchingResourcePatternResolver().getResources("classpath:dev/interlock/schema/*");
        assertThat(scripts).hasSizeGreaterThanOrEqualTo(4);
        assertThat(scripts)
                .allSatisfy(script -> assertThat(hints)
                        .matches(RuntimeHintsPredicates.resource()
                                .forResource("dev/interlock/schema/" + script.getFilename())));
        assertThat(hints)
                .matches(REFLECTION
                        .onType(Driver.class)
                        .withMemberCategory(MemberCategory.INVOKE_DECLARED_CONSTRUCTORS));
        assertThat(hints.reflection().getTypeHint(Executors.class).methods())
                .singleElement()
                .satisfies(method -> assertThat(method.getName()).isEqualTo("newThreadPerTaskExecutor"));
    }

    private void register(String name) {
        Method method = Arrays.stream(Shop.class.getDeclaredMethods())
                .filter(candidate -> candidate.getName().equals(name))
                .findFirst()
                .orElseThrow();
        new GuardedMethodHints(hints, method, Shop.class).register();
    }

    record Order(long id, Customer customer, long total) {}

    static class Customer {

        public String getName() {
            return "ada";
        }

        public Tag getTag() {
            return new Tag();
        }
    }

    static class Tag {
        public String label = "new";
    }

    record Receipt(List<Line> lines) {}

    record Line(String text) {}

    static class Refused extends RuntimeException {
        Refused(String message) {
            super(message);
        }
    }

    sealed interface Notice {
        record Bill(int number) implements Notice {}

        record Reminder(int day) implements Notice {}
    }

    @Retention(RetentionPolicy.RUNTIME)
    @AdvisoryLocked(name = "order", key = "#order.id")
    @interface OrderLock {}

    static class Base {
        String later(Order order, RuntimeException why) {
            return "later";
        }
    }

    static class Shop extends Base {

        @AdvisoryLocked(
                name = "order",
                key = {"#order.customer.name", "#p0.customer.tag.label"},
                onUnavailable = OnUnavailable.FALLBACK,
                fallback = "later")
        public String ship(Order order) {
            return "shipped";
        }

        String later(Order order) {
            return "later";
        }

        public String other(Order order) {
            return "other";
        }

        @DistributedMutex(name = "order", key = "#order.id")
        public <T extends Order> void shipAll(T order) {}

        @RetryOnConflict(escalateAfter = 1, escalateName = "order", escalateKey = "#order.id")
        public void retried(Order order) {}

        @OrderLock
        public void composed(Order order) {}

        @Idempotent(name = "pay", key = "#order.id", replayFor = Refused.class)
        public List<Receipt> pay(Order order, Locale locale) {
            return List.of();
        }
    }
}
