package dev.interlock.spring;

import static org.assertj.core.api.Assertions.assertThat;

import dev.interlock.annotation.AdvisoryLocked;
import dev.interlock.annotation.Idempotent;
import dev.interlock.guard.GuardPlans;
import dev.interlock.guard.GuardedMethodCheck;
import dev.interlock.guard.InvalidGuardException;
import dev.interlock.weaving.AspectBinding;
import dev.interlock.weaving.GuardAdvisor;
import dev.interlock.weaving.ProxyVerifier;
import dev.interlock.weaving.WeavingVerifier;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.context.runner.WebApplicationContextRunner;
import org.springframework.context.ApplicationContext;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.DeferredImportSelector;
import org.springframework.context.annotation.Import;
import org.springframework.core.type.AnnotationMetadata;

/** What the starter does where something is missing, and where the application has beans of its own. */
class BackOffTest {

    private static final TestDatabase DATABASE = new TestDatabase();

    private static final String[] PROPERTIES = {
        "spring.application.name=shop", "spring.flyway.enabled=false", "management.endpoints.web.exposure.include=*"
    };

    /** Public types of beans that the application adds to or chooses by a property, and does not replace. */
    private static final Set<Class<?>> NOT_REPLACED = Set.of(
            // One of the two weavings, chosen by interlock.weaving; a second advisor would guard twice.
            GuardAdvisor.class,
            AspectBinding.class,
            ProxyVerifier.class,
            WeavingVerifier.class,
            // Tells what the context has made, and nobody else knows.
            UsedParts.class,
            // All of them are asked.
            GuardedMethodCheck.class,
            OutcomeModule.class);

    /** By the way of real applications, where what a filtered library needs is not even looked at. */
    private final ApplicationContextRunner plain = new ApplicationContextRunner()
            .withUserConfiguration(Application.class)
            .withPropertyValues(DATABASE.properties())
            .withPropertyValues(PROPERTIES);

    private final WebApplicationContextRunner web = new WebApplicationContextRunner()
            .withUserConfiguration(Application.class)
            .withPropertyValues(DATABASE.properties())
            .withPropertyValues(PROPERTIES);

    @AfterAll
    static void drop() {
        DATABASE.close();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "org.redisson",
                "tools.jackson",
                "com.fasterxml.jackson",
                "io.micrometer",
                "org.springframework.boot.actuate",
                "org.springframework.boot.health",
                "org.springframework.web.servlet",
                "org.springframework.web",
                "jakarta.servlet",
                "org.springframework.security",
                "com.zaxxer.hikari",
                "org.hibernate",
                "jakarta.persistence",
                "org.springframework.orm",
                "org.aspectj",
                "org.flywaydb"
            })
    void guardsWorkWithoutAnOptionalLibrary(String library) {
        plain.withClassLoader(new FilteredClassLoader(library))
                .withPropertyValues(
                        library.startsWith("com.zaxxer")
                                ? "spring.datasource.type=org.springframework.jdbc.datasource.SimpleDriverDataSource"
                                : "spring.datasource.hikari.maximum-pool-size=2")
                .withBean(Shop.class)
                .run(context -> {
                    assertThat(context).hasNotFailed();
                    assertThat(context.getBean(Shop.class).ship(1)).isEqualTo("shipped");
                    assertThat(context.getBean(GuardPlans.class).all()).hasSize(1);
                    assertThatAllCanBeMade(context);
                });
    }

    /** Those that are lazy need nothing of the library either. */
    private static void assertThatAllCanBeMade(ApplicationContext context) {
        assertThat(Arrays.stream(context.getBeanDefinitionNames())
                        .filter(name -> name.startsWith("interlock"))
                        .map(context::getBean))
                .hasSizeGreaterThan(30)
                .doesNotContainNull();
    }

    @Test
    void guardsWorkWithoutAllOfThem() {
        plain.withClassLoader(new FilteredClassLoader(
                        "org.redisson",
                        "tools.jackson",
                        "com.fasterxml.jackson",
                        "io.micrometer",
                        "org.springframework.boot.actuate",
                        "org.springframework.boot.health",
                        "org.springframework.web",
                        "jakarta.servlet",
                        "org.springframework.security",
                        "org.hibernate",
                        "jakarta.persistence",
                        "org.springframework.orm",
                        "org.aspectj",
                        "org.flywaydb"))
                .withBean(Shop.class)
                .run(context -> {
                    assertThat(context).hasNotFailed();
                    assertThat(context.getBean(Shop.class).ship(1)).isEqualTo("shipped");
                    assertThatAllCanBeMade(context);
                });
    }

    @Test
    void whoNeedsWhatIsMissingIsTold() {
        plain.withClassLoader(new FilteredClassLoader("tools.jackson"))
                .withBean(Cashier.class)
                .run(context -> assertThat(context.getStartupFailure())
                        .isInstanceOf(InvalidGuardException.class)
                        .hasMessageContaining("@Idempotent on Cashier.pay(String):")
                        .hasMessageContaining("Jackson is not there; add tools.jackson.core:jackson-databind"));
    }

    static Stream<Class<?>> alone() {
        return Arrays.stream(OwnConfigurations.all()).filter(type -> type != InterlockAutoConfiguration.class);
    }

    /** As with {@code spring.autoconfigure.exclude}. */
    @ParameterizedTest
    @MethodSource("alone")
    void nothingElseIsMadeWithoutTheGuards(Class<?> configuration) {
        new WebApplicationContextRunner()
                .withConfiguration(AutoConfigurations.of(configuration))
                .run(context -> {
                    assertThat(context).hasNotFailed();
                    assertThat(Arrays.stream(context.getBeanDefinitionNames())
                                    .filter(name -> context.getType(name) != null
                                            && context.getType(name).getName().startsWith("dev.interlock."))
                                    .filter(name -> context.getType(name) != configuration))
                            .isEmpty();
                });
    }

    @Test
    void everyPublicBeanLeavesItsPlaceOrIsNotReplacedForAReason() {
        Set<String> stubborn = new TreeSet<>();
        for (Method method : OwnConfigurations.beanMethods()) {
            Class<?> type = method.getReturnType();
            if (Modifier.isPublic(type.getModifiers())
                    && type.getName().startsWith("dev.interlock.")
                    && !NOT_REPLACED.contains(type)
                    && !method.isAnnotationPresent(ConditionalOnMissingBean.class)) {
                stubborn.add(method.toString());
            }
        }
        assertThat(stubborn).isEmpty();
    }

    /** Each bean comes from another application, and so is one of the application's own here. */
    @Test
    void everyBeanOfTheApplicationTakesItsPlace() {
        WebApplicationContextRunner metered = web.withBean(MeterRegistry.class, SimpleMeterRegistry::new);
        metered.run(donor -> {
            assertThat(donor).hasNotFailed();
            Map<Class<?>, String> replaced = new LinkedHashMap<>();
            WebApplicationContextRunner runner = metered;
            for (Method method : OwnConfigurations.beanMethods()) {
                Class<?> type = method.getReturnType();
                if (leavesItsPlaceByType(method)
                        && donor.getBeanNamesForType(type).length == 1
                        && !replaced.containsKey(type)) {
                    String name = donor.getBeanNamesForType(type)[0];
                    replaced.put(type, name);
                    runner = own(runner, type, donor.getBean(name));
                }
            }
            assertThat(replaced.keySet())
                    .hasSizeGreaterThan(20)
                    .containsExactlyInAnyOrderElementsOf(OwnConfigurations.beanMethods().stream()
                            .filter(BackOffTest::leavesItsPlaceByType)
                            .<Class<?>>map(Method::getReturnType)
                            .collect(Collectors.toSet()));
            runner.run(context -> {
                assertThat(context).hasNotFailed();
                List<String> kept = new ArrayList<>();
                replaced.forEach((type, name) -> {
                    String[] names = context.getBeanNamesForType(type);
                    if (!Arrays.equals(names, new String[] {"own." + type.getName()})) {
                        kept.add(type.getName() + ": " + String.join(", ", names));
                    }
                });
                assertThat(kept).isEmpty();
            });
        });
    }

    /** Health does by name, as InterlockHealthAutoConfigurationTest shows. */
    private static boolean leavesItsPlaceByType(Method method) {
        ConditionalOnMissingBean condition = method.getAnnotation(ConditionalOnMissingBean.class);
        return condition != null && condition.name().length == 0;
    }

    @SuppressWarnings("unchecked")
    private static <T> WebApplicationContextRunner own(WebApplicationContextRunner runner, Class<T> type, Object bean) {
        return runner.withBean("own." + type.getName(), type, () -> (T) bean);
    }

    @Configuration(proxyBeanMethods = false)
    @Import(Selected.class)
    static class Application {}

    /** By name, so that the classes are read without being loaded. */
    static class Selected implements DeferredImportSelector {

        @Override
        public String[] selectImports(AnnotationMetadata importing) {
            List<String> names = new ArrayList<>(List.of(
                    "org.springframework.boot.autoconfigure.aop.AopAutoConfiguration",
                    "org.springframework.boot.jdbc.autoconfigure.DataSourceAutoConfiguration",
                    "org.springframework.boot.jdbc.autoconfigure.DataSourceTransactionManagerAutoConfiguration",
                    "org.springframework.boot.transaction.autoconfigure.TransactionAutoConfiguration",
                    "org.springframework.boot.jdbc.autoconfigure.JdbcTemplateAutoConfiguration",
                    "org.springframework.boot.webmvc.autoconfigure.WebMvcAutoConfiguration"));
            for (Class<?> own : OwnConfigurations.all()) {
                names.add(own.getName());
            }
            return names.toArray(String[]::new);
        }
    }

    public static class Shop {

        @AdvisoryLocked(name = "ship", key = "#order")
        public String ship(long order) {
            return "shipped";
        }
    }

    public static class Cashier {

        @Idempotent(name = "pay", key = "#id")
        public String pay(String id) {
            return id;
        }
    }
}
