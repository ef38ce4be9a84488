package dev.interlock.spring.web;

import static org.assertj.core.api.Assertions.assertThat;

import dev.interlock.annotation.IdempotencyMode;
import dev.interlock.annotation.Idempotent;
import dev.interlock.idempotency.IdempotencyServices;
import dev.interlock.idempotency.OutcomeCodec;
import dev.interlock.idempotency.PrincipalResolver;
import dev.interlock.idempotency.RequestKeys;
import dev.interlock.spring.InterlockAutoConfiguration;
import dev.interlock.spring.InterlockOffAutoConfiguration;
import dev.interlock.spring.OutcomeModule;
import dev.interlock.spring.security.InterlockSecurityAutoConfiguration;
import io.micrometer.core.instrument.MeterRegistry;
import jakarta.servlet.http.HttpServletRequest;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.context.runner.WebApplicationContextRunner;
import org.springframework.dao.ConcurrencyFailureException;
import org.springframework.http.ResponseEntity;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.security.core.context.SecurityContextHolder;
import org.springframework.web.servlet.DispatcherServlet;
import org.springframework.web.servlet.config.annotation.WebMvcConfigurer;
import tools.jackson.databind.json.JsonMapper;

class InterlockWebAutoConfigurationTest {

    private static final AutoConfigurations CONFIGURATIONS = AutoConfigurations.of(
            InterlockAutoConfiguration.class,
            InterlockOffAutoConfiguration.class,
            InterlockSecurityAutoConfiguration.class,
            InterlockWebAutoConfiguration.class);

    private final WebApplicationContextRunner web = new WebApplicationContextRunner()
            .withConfiguration(CONFIGURATIONS)
            .withPropertyValues("spring.application.name=shop", "interlock.idempotency.leased-store=memory");

    private final ApplicationContextRunner plain = new ApplicationContextRunner()
            .withConfiguration(CONFIGURATIONS)
            .withPropertyValues("spring.application.name=shop", "interlock.idempotency.leased-store=memory");

    private static FilteredClassLoader withoutSecurity() {
        return new FilteredClassLoader("org.springframework.security");
    }

    @Test
    void servletApplicationsHaveItAll() {
        web.run(context -> {
            assertThat(context)
                    .hasSingleBean(RequestKeys.class)
                    .hasSingleBean(ProblemAdvice.class)
                    .hasSingleBean(ConflictResolver.class)
                    .hasSingleBean(VersionedBodyAdvice.class)
                    .hasSingleBean(WebMvcConfigurer.class)
                    .hasSingleBean(OutcomeModule.class)
                    .hasSingleBean(PrincipalResolver.class);
            assertThat(context.getBean(RequestKeys.class)).isInstanceOf(ServletRequestKeys.class);
            assertThat(context.getBean(PrincipalResolver.class)).isNotInstanceOf(ContainerPrincipals.class);
        });
    }

    @Test
    void withoutSpringSecurityTheContainerTellsTheCaller() {
        web.withClassLoader(withoutSecurity()).run(context -> {
            assertThat(context).hasNotFailed().hasSingleBean(PrincipalResolver.class);
            assertThat(context.getBean(IdempotencyServices.class).principals())
                    .isInstanceOf(ContainerPrincipals.class)
                    .isSameAs(context.getBean(PrincipalResolver.class));
        });
    }

    @Test
    void beansOfTheApplicationGoFirst() {
        PrincipalResolver own = () -> Optional.of("me");
        RequestKeys keys = () -> Optional.of("key");
        for (WebApplicationContextRunner runner :
                new WebApplicationContextRunner[] {web, web.withClassLoader(withoutSecurity())}) {
            runner.withBean("own", PrincipalResolver.class, () -> own)
                    .withBean("keys", RequestKeys.class, () -> keys)
                    .run(context -> {
                        assertThat(context.getBean(IdempotencyServices.class).principals())
                                .isSameAs(own);
                        assertThat(context.getBean(RequestKeys.class)).isSameAs(keys);
                    });
        }
    }

    @Test
    void otherApplicationsServeNoRequests() {
        plain.run(context -> {
            assertThat(context)
                    .hasNotFailed()
                    .hasSingleBean(OutcomeModule.class)
                    .doesNotHaveBean(RequestKeys.class)
                    .doesNotHaveBean("interlockContainerPrincipals")
                    .doesNotHaveBean(ProblemAdvice.class)
                    .doesNotHaveBean(ConflictResolver.class)
                    .doesNotHaveBean(VersionedBodyAdvice.class)
                    .doesNotHaveBean(WebMvcConfigurer.class);
        });
    }

    @Test
    void neitherServletsNorSpringMvcNorSpringWebNorSecurityAreNeeded() {
        for (FilteredClassLoader loader : new FilteredClassLoader[] {
            new FilteredClassLoader(HttpServletRequest.class),
            new FilteredClassLoader(DispatcherServlet.class),
            new FilteredClassLoader("jakarta.servlet", "org.springframework.web", "org.springframework.security"),
        }) {
            plain.withClassLoader(loader)
                    .run(context -> assertThat(context)
                            .hasNotFailed()
                            .doesNotHaveBean(RequestKeys.class)
                            .doesNotHaveBean("interlockContainerPrincipals")
                            .doesNotHaveBean("interlockVersionedBodies")
                            .doesNotHaveBean("interlockExpectedVersions")
                            .doesNotHaveBean("interlockConflicts"));
        }
        plain.withClassLoader(new FilteredClassLoader(ResponseEntity.class, SecurityContextHolder.class))
                .run(context -> assertThat(context)
                        .hasNotFailed()
                        .doesNotHaveBean(OutcomeModule.class)
                        .doesNotHaveBean(PrincipalResolver.class)
                        .hasSingleBean(OutcomeCodec.class));
    }

    @Test
    void jacksonIsNeededByIdempotentMethodsAlone() {
        for (WebApplicationContextRunner runner : new WebApplicationContextRunner[] {
            web.withClassLoader(new FilteredClassLoader(JsonMapper.class)),
            web.withClassLoader(new FilteredClassLoader("tools.jackson", "com.fasterxml.jackson")),
        }) {
            runner.run(context -> assertThat(context)
                    .hasNotFailed()
                    .doesNotHaveBean(OutcomeCodec.class)
                    .doesNotHaveBean(OutcomeModule.class)
                    .hasSingleBean(RequestKeys.class));
            runner.withBean(Desk.class)
                    .run(context -> assertThat(context.getStartupFailure())
                            .isNotNull()
                            .hasMessageContaining(
                                    "@Idempotent on Desk.open(): compares arguments and keeps outcomes as JSON, but"
                                            + " Jackson is not there; add tools.jackson.core:jackson-databind"));
        }
    }

    @Test
    void callersAreNeededWhereKeysBelongToThem() {
        plain.withClassLoader(withoutSecurity())
                .withBean(Desk.class)
                .run(context -> assertThat(context.getStartupFailure())
                        .isNotNull()
                        .hasMessageContaining(
                                "nothing tells who that is; add Spring Security or a PrincipalResolver bean")
                        .hasMessageContaining("has no key and nothing brings one with a request"));
    }

    @Test
    void problemDetailsCanBeSwitchedOff() {
        web.withPropertyValues("interlock.web.problem-details=false")
                .run(context -> assertThat(context)
                        .hasSingleBean(RequestKeys.class)
                        .hasSingleBean(VersionedBodyAdvice.class)
                        .doesNotHaveBean(ConflictResolver.class)
                        .doesNotHaveBean(ProblemAdvice.class));
    }

    @Test
    void noMetersAreNeeded() {
        web.withClassLoader(new FilteredClassLoader(MeterRegistry.class))
                .run(context -> assertThat(context).hasNotFailed().hasSingleBean(ProblemAdvice.class));
    }

    @Test
    void versionsNeedNoDatabase() {
        web.withClassLoader(new FilteredClassLoader(ConcurrencyFailureException.class, JdbcTemplate.class))
                .run(context -> assertThat(context)
                        .hasNotFailed()
                        .hasSingleBean(VersionedBodyAdvice.class)
                        .hasSingleBean(ProblemAdvice.class)
                        .doesNotHaveBean("interlockConflicts"));
    }

    @Test
    void nothingIsThereIfInterlockIsOff() {
        web.withPropertyValues("interlock.enabled=false")
                .run(context -> assertThat(context)
                        .hasNotFailed()
                        .doesNotHaveBean(RequestKeys.class)
                        .doesNotHaveBean(PrincipalResolver.class)
                        .doesNotHaveBean(OutcomeModule.class)
                        .doesNotHaveBean(ConflictResolver.class)
                        .doesNotHaveBean(VersionedBodyAdvice.class)
                        .doesNotHaveBean(WebMvcConfigurer.class)
                        .doesNotHaveBean(ProblemAdvice.class));
    }

    @Test
    void headersThatMayNotBeReplayedFailStartUp() {
        plain.withPropertyValues("interlock.idempotency.replayed-headers=X-Cost,Set-Cookie")
                .run(context -> assertThat(context.getStartupFailure())
                        .rootCause()
                        .hasMessageContaining("interlock.idempotency.replayed-headers")
                        .hasMessageContaining("It must not name a header that carries credentials"));
    }

    /** Public, since the filtering class loader makes a package of its own for the proxy. */
    public static class Desk {

        @Idempotent(name = "desk", mode = IdempotencyMode.LEASED)
        public String open() {
            return "open";
        }
    }
}
