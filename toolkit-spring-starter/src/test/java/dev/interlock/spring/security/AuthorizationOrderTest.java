package dev.interlock.spring.security;

import static org.assertj.core.api.Assertions.assertThat;

import dev.interlock.annotation.IdempotencyMode;
import dev.interlock.annotation.Idempotent;
import dev.interlock.spring.InterlockAutoConfiguration;
import org.junit.jupiter.api.Test;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.annotation.Configuration;
import org.springframework.security.access.prepost.PostAuthorize;
import org.springframework.security.access.prepost.PreAuthorize;
import org.springframework.security.config.annotation.method.configuration.EnableMethodSecurity;

class AuthorizationOrderTest {

    private final ApplicationContextRunner runner = new ApplicationContextRunner()
            .withConfiguration(
                    AutoConfigurations.of(InterlockAutoConfiguration.class, InterlockSecurityAutoConfiguration.class))
            .withUserConfiguration(MethodSecurity.class)
            .withPropertyValues("spring.application.name=shop", "interlock.idempotency.leased-store=memory");

    @Test
    void authorizationStandsOutsideByDefault() {
        runner.withBean(Before.class)
                .withBean(After.class)
                .withBean(Open.class)
                .run(context -> assertThat(context).hasNotFailed());
    }

    @Test
    void anOrderThatPutsItInsideFailsStartUp() {
        runner.withPropertyValues("interlock.order=0")
                .withBean(Before.class)
                .withBean(After.class)
                .withBean(Open.class)
                .run(context -> assertThat(context.getStartupFailure())
                        .isNotNull()
                        .hasMessageContaining(
                                "@Idempotent on Before.pay(String): its authorization has the order 200 and"
                                        + " stands inside of the guard, so a caller who may not call it would get a replay; set"
                                        + " interlock.order to more than that, or remove the property")
                        .hasMessageContaining("@Idempotent on After.pay(String): its authorization has the order 500")
                        .hasMessageNotContaining("Open.pay"));
    }

    @Configuration(proxyBeanMethods = false)
    @EnableMethodSecurity
    static class MethodSecurity {}

    static class Before {

        @PreAuthorize("hasRole('CASHIER')")
        @Idempotent(name = "before", key = "#id", mode = IdempotencyMode.LEASED)
        public String pay(String id) {
            return id;
        }
    }

    @PostAuthorize("hasRole('CASHIER')")
    static class After {

        @Idempotent(name = "after", key = "#id", mode = IdempotencyMode.LEASED)
        public String pay(String id) {
            return id;
        }
    }

    static class Open {

        @Idempotent(name = "open", key = "#id", mode = IdempotencyMode.LEASED)
        public String pay(String id) {
            return id;
        }

        @PreAuthorize("hasRole('CASHIER')")
        public String audit(String id) {
            return id;
        }
    }
}
