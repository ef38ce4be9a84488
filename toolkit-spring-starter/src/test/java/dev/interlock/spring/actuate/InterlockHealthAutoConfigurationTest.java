package dev.interlock.spring.actuate;

import static org.assertj.core.api.Assertions.assertThat;

import dev.interlock.spring.InterlockAutoConfiguration;
import dev.interlock.spring.InterlockOffAutoConfiguration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.boot.health.contributor.Status;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;

class InterlockHealthAutoConfigurationTest {

    private static final HealthIndicator OWN = () -> Health.unknown().build();

    private final ApplicationContextRunner runner = new ApplicationContextRunner()
            .withConfiguration(AutoConfigurations.of(
                    InterlockAutoConfiguration.class,
                    InterlockOffAutoConfiguration.class,
                    InterlockHealthAutoConfiguration.class))
            .withPropertyValues("spring.application.name=shop", "interlock.lock.backend=memory");

    @Test
    void isUpWhereNothingIsInUse() {
        runner.run(context -> {
            Health health = context.getBean(InterlockHealthIndicator.class).health();
            assertThat(health.getStatus()).isEqualTo(Status.UP);
            assertThat(health.getDetails())
                    .containsEntry("advisoryLocks", List.of())
                    .containsEntry("mutexes", List.of(Map.of("backend", "memory", "status", "UP")))
                    .containsEntry("schema", Map.of())
                    .containsEntry("queues", List.of());
        });
    }

    @Test
    void canBeSwitchedOff() {
        runner.withPropertyValues("management.health.interlock.enabled=false")
                .run(context -> assertThat(context).hasNotFailed().doesNotHaveBean(HealthIndicator.class));
        runner.withPropertyValues("management.health.defaults.enabled=false")
                .run(context -> assertThat(context).hasNotFailed().doesNotHaveBean(HealthIndicator.class));
        runner.withPropertyValues("interlock.enabled=false")
                .run(context -> assertThat(context).hasNotFailed().doesNotHaveBean(HealthIndicator.class));
    }

    @Test
    void anIndicatorOfTheApplicationsOwnGoesFirst() {
        for (String name : List.of("interlockHealthIndicator", "interlockHealthContributor")) {
            runner.withBean(name, HealthIndicator.class, () -> OWN)
                    .run(context ->
                            assertThat(context.getBean(HealthIndicator.class)).isSameAs(OWN));
        }
    }

    @Test
    void isNotNeeded() {
        runner.withClassLoader(new FilteredClassLoader("org.springframework.boot.health"))
                .run(context -> assertThat(context).hasNotFailed().doesNotHaveBean("interlockHealthIndicator"));
    }
}
