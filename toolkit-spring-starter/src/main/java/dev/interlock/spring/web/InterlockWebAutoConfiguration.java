package dev.interlock.spring.web;

import dev.interlock.guard.GuardPlans;
import dev.interlock.idempotency.PrincipalResolver;
import dev.interlock.idempotency.RequestKeys;
import dev.interlock.observation.Observations;
import dev.interlock.retry.ConflictClassifier;
import dev.interlock.spring.InterlockAutoConfiguration;
import dev.interlock.spring.InterlockProperties;
import dev.interlock.spring.OutcomeModule;
import jakarta.servlet.http.HttpServletRequest;
import java.util.List;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Lazy;
import org.springframework.dao.ConcurrencyFailureException;
import org.springframework.http.ResponseEntity;
import org.springframework.web.method.support.HandlerMethodArgumentResolver;
import org.springframework.web.servlet.DispatcherServlet;
import org.springframework.web.servlet.HandlerExceptionResolver;
import org.springframework.web.servlet.config.annotation.WebMvcConfigurer;
import tools.jackson.databind.json.JsonMapper;

/** Idempotent calls and versions of rows in Spring MVC. */
@AutoConfiguration(after = InterlockAutoConfiguration.class)
@ConditionalOnBean(GuardPlans.class)
public final class InterlockWebAutoConfiguration {

    /** Responses as outcomes. */
    @Configuration(proxyBeanMethods = false)
    @ConditionalOnClass({ResponseEntity.class, JsonMapper.class})
    static class Responses {

        /** Not lazy, since it refuses names of headers. */
        @Bean
        OutcomeModule interlockResponseOutcomes(InterlockProperties properties) {
            return new OutcomeModule(new ResponseEntityModule(
                    new OutcomeHeaders(properties.idempotency().replayedHeaders())));
        }
    }

    /** Keys, callers and errors of requests, and versions of rows in headers. */
    @Configuration(proxyBeanMethods = false)
    @ConditionalOnClass({HttpServletRequest.class, DispatcherServlet.class})
    @ConditionalOnWebApplication(type = ConditionalOnWebApplication.Type.SERVLET)
    static class Servlet {

        @Bean
        @Lazy
        @ConditionalOnMissingBean
        RequestKeys interlockRequestKeys() {
            return new ServletRequestKeys();
        }

        @Bean
        @Lazy
        @ConditionalOnMissingBean
        PrincipalResolver interlockContainerPrincipals() {
            return new ContainerPrincipals();
        }

        @Bean
        @ConditionalOnBooleanProperty(name = "interlock.web.problem-details", matchIfMissing = true)
        ProblemAdvice interlockProblemAdvice(ObjectProvider<Observations> observations) {
            return new ProblemAdvice(new ConflictCounter(observations.getIfAvailable(() -> Observations.OFF)));
        }

        @Bean
        WebMvcConfigurer interlockExpectedVersions() {
            return new WebMvcConfigurer() {
                @Override
                public void addArgumentResolvers(List<HandlerMethodArgumentResolver> resolvers) {
                    resolvers.add(new ExpectedVersionResolver());
                }
            };
        }

        @Bean
        VersionedBodyAdvice interlockVersionedBodies() {
            return new VersionedBodyAdvice();
        }

        @Bean
        @ConditionalOnClass(JsonMapper.class)
        DeclaredRowAdvice interlockDeclaredRows() {
            return new DeclaredRowAdvice();
        }

        /** For errors of data access that no exception of Interlock's tells. */
        @Bean
        @ConditionalOnClass(ConcurrencyFailureException.class)
        @ConditionalOnBean(ConflictClassifier.class)
        @ConditionalOnBooleanProperty(name = "interlock.web.problem-details", matchIfMissing = true)
        ConflictResolver interlockConflicts(
                ConflictClassifier classifier,
                @Qualifier(DispatcherServlet.HANDLER_EXCEPTION_RESOLVER_BEAN_NAME)
                        ObjectProvider<HandlerExceptionResolver> advices) {
            return new ConflictResolver(classifier, advices::getIfUnique);
        }
    }
}
