package dev.interlock.spring;

import static org.assertj.core.api.Assertions.assertThat;

import dev.interlock.lock.LockTemplate;
import dev.interlock.observation.Measured;
import dev.interlock.observation.MicrometerSink;
import dev.interlock.observation.ObservationSink;
import dev.interlock.observation.Observations;
import dev.interlock.observation.SpanRecorder;
import dev.interlock.retry.ConflictRetry;
import dev.interlock.spring.observation.InterlockMetricsAutoConfiguration;
import dev.interlock.weaving.AspectBinding;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.micrometer.observation.ObservationRegistry;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.beans.factory.SmartInitializingSingleton;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.micrometer.metrics.autoconfigure.CompositeMeterRegistryAutoConfiguration;
import org.springframework.boot.micrometer.metrics.autoconfigure.MetricsAutoConfiguration;
import org.springframework.boot.micrometer.metrics.autoconfigure.export.simple.SimpleMetricsExportAutoConfiguration;
import org.springframework.boot.micrometer.observation.autoconfigure.ObservationAutoConfiguration;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.ApplicationContext;
import org.springframework.dao.OptimisticLockingFailureException;

/** Meters are there where Micrometer is, in every way of guarding, and nowhere else. */
@ExtendWith(OutputCaptureExtension.class)
class MetricsConfigurationTest {

    private final ApplicationContextRunner plain = Contexts.bare()
            .withConfiguration(AutoConfigurations.of(InterlockMetricsAutoConfiguration.class))
            .withPropertyValues("interlock.lock.backend=memory");

    private final ApplicationContextRunner booted = plain.withConfiguration(AutoConfigurations.of(
                    MetricsAutoConfiguration.class,
                    CompositeMeterRegistryAutoConfiguration.class,
                    SimpleMetricsExportAutoConfiguration.class,
                    ObservationAutoConfiguration.class))
            .withBean(MemoryService.class);

    private static Measured measured(ApplicationContext context) {
        return new Measured(context.getBean(SimpleMeterRegistry.class));
    }

    @Test
    void guardsAndTemplatesAreMeasuredInTheRegistryOfSpringBoot(CapturedOutput output) {
        booted.run(context -> {
            MemoryService service = context.getBean(MemoryService.class);
            service.guarded();
            context.getBean(LockTemplate.class).advisory("by code").run(() -> {});
            context.getBean(LockTemplate.class).mutex("by code").run(() -> {});
            AtomicInteger calls = new AtomicInteger();
            context.getBean(ConflictRetry.class).named("by code").run(() -> {
                if (calls.incrementAndGet() == 1) {
                    throw new OptimisticLockingFailureException("once");
                }
            });
            Measured measured = measured(context);
            assertThat(measured.timed("interlock.lock.acquire", "name", "memory"))
                    .isOne();
            assertThat(measured.timed("interlock.lock.acquire", "name", "by code"))
                    .isEqualTo(2);
            assertThat(measured.counted("interlock.retry.conflicts", "name", "by code", "state", "none"))
                    .isOne();
            assertThat(measured.text())
                    .as("timers that would be made of observations")
                    .doesNotContain("'interlock.lock'")
                    .doesNotContain("interlock.lock.active");
        });
        assertThat(output).doesNotContain("is not eligible for getting processed");
    }

    @Test
    void guardsOfTheAspectAreMeasuredToo() {
        MemoryService target = new MemoryService();
        plain.withBean(MeterRegistry.class, SimpleMeterRegistry::new)
                .withPropertyValues("interlock.weaving=aspectj")
                .run(context -> {
                    AspectBinding.run(MemoryService.class.getMethod("guarded"), target, new Object[0], () -> null);
                    assertThat(measured(context).timed("interlock.lock.acquire", "name", "memory"))
                            .isOne();
                });
    }

    /** Calls a guarded method so early that nobody listens. */
    static class Early implements SmartInitializingSingleton {

        Early(MemoryService service) {
            service.guarded();
        }

        @Override
        public void afterSingletonsInstantiated() {}
    }

    @Test
    void guardsThatWereUsedBeforeTheRegistryWasThereAreMeasuredFromThenOn() {
        booted.withBean(Early.class).run(context -> {
            context.getBean(MemoryService.class).guarded();
            assertThat(measured(context).timed("interlock.lock.acquire", "name", "memory"))
                    .isOne();
        });
        assertThat(Observations.sinkOfProcess())
                .as("after the end of the application")
                .isNull();
    }

    @Test
    void withoutMicrometerNothingIsMeasuredAndEverythingGuards() {
        for (String missing : new String[] {"io.micrometer", "io.micrometer.core", "io.micrometer.observation"}) {
            plain.withClassLoader(new FilteredClassLoader(missing))
                    .withBean(MemoryService.class)
                    .run(context -> {
                        assertThat(context).hasNotFailed().doesNotHaveBean(ObservationSink.class);
                        context.getBean(MemoryService.class).guarded();
                        assertThat(context.getBean(Observations.class).sink()).isNull();
                    });
        }
    }

    @Test
    void withoutARegistryNothingIsMeasured() {
        plain.run(context -> {
            assertThat(context).doesNotHaveBean(ObservationSink.class);
            assertThat(context.getBean(Observations.class).sink()).isNull();
        });
    }

    @Test
    void observationsAloneAreEnough() {
        SpanRecorder spans = new SpanRecorder();
        plain.withBean(ObservationRegistry.class, spans::registry).run(context -> {
            context.getBean(LockTemplate.class).advisory("order").run(() -> {});
            assertThat(spans.ended()).hasSize(1);
        });
    }

    @Test
    void backsOffForASinkOfTheApplication() {
        SimpleMeterRegistry own = new SimpleMeterRegistry();
        booted.withBean("own", ObservationSink.class, () -> new MicrometerSink(own, ObservationRegistry.NOOP))
                .run(context -> {
                    context.getBean(MemoryService.class).guarded();
                    assertThat(context).doesNotHaveBean("interlockObservationSink");
                    assertThat(new Measured(own).timed("interlock.lock.acquire"))
                            .isOne();
                    assertThat(measured(context).timed("interlock.lock.acquire"))
                            .isZero();
                });
    }

    @Test
    void nothingIsMeasuredWhereTheToolkitIsOff() {
        booted.withPropertyValues("interlock.enabled=false")
                .run(context -> assertThat(context).hasNotFailed().doesNotHaveBean(ObservationSink.class));
    }
}
