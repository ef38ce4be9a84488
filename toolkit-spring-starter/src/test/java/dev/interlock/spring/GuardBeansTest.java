package dev.interlock.spring;

import static org.assertj.core.api.Assertions.assertThat;

import dev.interlock.annotation.Guarded;
import dev.interlock.guard.Guard;
import dev.interlock.guard.GuardDefinition;
import dev.interlock.guard.GuardProblems;
import dev.interlock.guard.GuardStage;
import dev.interlock.guard.GuardStep;
import dev.interlock.guard.GuardedMethod;
import dev.interlock.guard.UnavailablePolicy;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Lazy;
import org.springframework.core.annotation.MergedAnnotation;

/** Guards of the application's own, for annotations of its own. */
class GuardBeansTest {

    private static final AtomicInteger MADE = new AtomicInteger();

    private final ApplicationContextRunner runner = Contexts.bare().withPropertyValues("interlock.lock.backend=memory");

    @BeforeEach
    void count() {
        MADE.set(0);
    }

    @Test
    void aGuardIsFoundByItsType() {
        runner.withUserConfiguration(ByItsType.class).withBean(Counter.class).run(context -> {
            assertThat(context.getBean(Counter.class).count()).isEqualTo(2);
            assertThat(MADE).hasValue(1);
        });
    }

    @Test
    void aGuardWhoseTypeTellsNothingIsAsked() {
        runner.withUserConfiguration(Raw.class)
                .withBean(Counter.class)
                .run(context ->
                        assertThat(context.getBean(Counter.class).count()).isEqualTo(2));
    }

    @Test
    void aGuardThatNoMethodNeedsIsNotMade() {
        runner.withUserConfiguration(ByItsType.class).run(context -> {
            assertThat(context).hasNotFailed();
            assertThat(MADE).hasValue(0);
        });
    }

    @Test
    void anAnnotationWithoutAGuardIsRefusedWithThoseThatHaveOne() {
        runner.withBean(Counter.class)
                .run(
                        context -> assertThat(context.getStartupFailure())
                                .hasMessageContaining(
                                        "@Twice on Counter.count(): is not supported by this configuration; supported:"
                                                + " @AdvisoryLocked, @DistributedMutex, @Idempotent, @RetryOnConflict, @RowLocked, @StateTransition."));
    }

    @Test
    void twoGuardsForOneAnnotationAreRefused() {
        runner.withUserConfiguration(ByItsType.class, Raw.class)
                .withBean(Counter.class)
                .run(context -> assertThat(context.getStartupFailure())
                        .hasMessageContaining("@Twice on Counter.count(): is read by several guards: "
                                + TwiceGuard.class.getName() + ", " + TwiceGuard.class.getName()
                                + "; keep the bean of one"));
    }

    @Configuration(proxyBeanMethods = false)
    static class ByItsType {

        @Bean
        @Lazy
        TwiceGuard twiceGuard() {
            return new TwiceGuard();
        }
    }

    @Configuration(proxyBeanMethods = false)
    static class Raw {

        @Bean
        @Lazy
        Guard<?, ?> rawGuard() {
            return new TwiceGuard();
        }
    }

    @Guarded
    @Target(ElementType.METHOD)
    @Retention(RetentionPolicy.RUNTIME)
    @interface Twice {}

    record TwiceDefinition(String name, UnavailablePolicy unavailable) implements GuardDefinition {}

    /** Runs the method, and runs it again. */
    static class TwiceGuard implements Guard<Twice, TwiceDefinition> {

        TwiceGuard() {
            MADE.incrementAndGet();
        }

        @Override
        public Class<Twice> annotationType() {
            return Twice.class;
        }

        @Override
        public TwiceDefinition define(
                GuardedMethod method, MergedAnnotation<Twice> annotation, GuardProblems problems) {
            return new TwiceDefinition("twice", UnavailablePolicy.RAISE);
        }

        @Override
        public List<GuardStep> steps(TwiceDefinition definition) {
            return List.of(new GuardStep(GuardStage.RETRY, "twice", (call, next) -> {
                next.proceed(call);
                return next.proceed(call);
            }));
        }
    }

    public static class Counter {

        private final AtomicInteger calls = new AtomicInteger();

        @Twice
        public int count() {
            return calls.incrementAndGet();
        }
    }
}
