package dev.interlock.spring.web;

import dev.interlock.guard.GuardPlans;
import dev.interlock.idempotency.PrincipalResolver;
import dev.interlock.idempotency.RequestKeys;
import dev.interlock.spring.InterlockAutoConfiguration;
import dev.interlock.spring.InterlockProperties;
import dev.interlock.spring.OutcomeModule;
import jakarta.servlet.http.HttpServletRequest;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.http.ResponseEntity;
import org.springframework.web.servlet.DispatcherServlet;
import tools.jackson.databind.json.JsonMapper;

/** Idempotent calls of Spring MVC. */
@AutoConfiguration(after = InterlockAutoConfiguration.class)
@ConditionalOnBean(GuardPlans.class)
public final class InterlockWebAutoConfiguration {

    /** Responses as outcomes. */
    @Configuration(proxyBeanMethods = false)
    @ConditionalOnClass({ResponseEntity.class, JsonMapper.class})
    static class Responses {

        @Bean
        OutcomeModule interlockResponseOutcomes(InterlockProperties properties) {
            return new OutcomeModule(new ResponseEntityModule(
                    new OutcomeHeaders(properties.idempotency().replayedHeaders())));
        }
    }

    /** Keys, callers and errors of requests. */
    @Configuration(proxyBeanMethods = false)
    @ConditionalOnClass({HttpServletRequest.class, DispatcherServlet.class})
    @ConditionalOnWebApplication(type = ConditionalOnWebApplication.Type.SERVLET)
    static class Requests {

        @Bean
        @ConditionalOnMissingBean
        RequestKeys interlockRequestKeys() {
            return new ServletRequestKeys();
        }

        @Bean
        @ConditionalOnMissingBean
        PrincipalResolver interlockContainerPrincipals() {
            return new ContainerPrincipals();
        }

        @Bean
        @ConditionalOnBooleanProperty(name = "interlock.web.problem-details", matchIfMissing = true)
        ProblemAdvice interlockProblemAdvice() {
            return new ProblemAdvice();
        }
    }
}
