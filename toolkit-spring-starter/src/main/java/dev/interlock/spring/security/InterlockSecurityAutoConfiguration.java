package dev.interlock.spring.security;

import dev.interlock.guard.GuardPlans;
import dev.interlock.idempotency.PrincipalResolver;
import dev.interlock.spring.InterlockAutoConfiguration;
import dev.interlock.spring.web.InterlockWebAutoConfiguration;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Lazy;
import org.springframework.security.authentication.AuthenticationTrustResolver;
import org.springframework.security.authentication.AuthenticationTrustResolverImpl;
import org.springframework.security.authorization.method.AuthorizationAdvisor;
import org.springframework.security.core.context.SecurityContextHolder;
import org.springframework.security.core.context.SecurityContextHolderStrategy;

/** Keys that belong to the caller whom Spring Security has authenticated. */
@AutoConfiguration(after = InterlockAutoConfiguration.class, before = InterlockWebAutoConfiguration.class)
@ConditionalOnClass({SecurityContextHolder.class, AuthorizationAdvisor.class})
@ConditionalOnBean(GuardPlans.class)
public final class InterlockSecurityAutoConfiguration {

    @Bean
    @Lazy
    @ConditionalOnMissingBean
    PrincipalResolver interlockSecurityPrincipals(
            ObjectProvider<SecurityContextHolderStrategy> strategies,
            ObjectProvider<AuthenticationTrustResolver> trust) {
        return new SecurityPrincipals(
                () -> strategies.getIfUnique(SecurityContextHolder::getContextHolderStrategy),
                trust.getIfUnique(AuthenticationTrustResolverImpl::new));
    }

    @Bean
    AuthorizationOrderCheck interlockAuthorizationOrderCheck(ConfigurableListableBeanFactory beanFactory) {
        return new AuthorizationOrderCheck(beanFactory);
    }
}
