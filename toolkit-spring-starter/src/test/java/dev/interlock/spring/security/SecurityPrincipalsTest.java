package dev.interlock.spring.security;

import static org.assertj.core.api.Assertions.assertThat;

import dev.interlock.idempotency.PrincipalResolver;
import dev.interlock.spring.InterlockAutoConfiguration;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.security.authentication.AnonymousAuthenticationToken;
import org.springframework.security.authentication.AuthenticationTrustResolver;
import org.springframework.security.authentication.AuthenticationTrustResolverImpl;
import org.springframework.security.authentication.RememberMeAuthenticationToken;
import org.springframework.security.authentication.TestingAuthenticationToken;
import org.springframework.security.concurrent.DelegatingSecurityContextCallable;
import org.springframework.security.core.AuthenticatedPrincipal;
import org.springframework.security.core.Authentication;
import org.springframework.security.core.authority.AuthorityUtils;
import org.springframework.security.core.context.SecurityContext;
import org.springframework.security.core.context.SecurityContextHolder;
import org.springframework.security.core.context.SecurityContextHolderStrategy;
import org.springframework.security.core.context.SecurityContextImpl;
import org.springframework.security.core.userdetails.User;

class SecurityPrincipalsTest {

    private final SecurityPrincipals principals = new SecurityPrincipals(
            SecurityContextHolder::getContextHolderStrategy, new AuthenticationTrustResolverImpl());

    @AfterEach
    void logOut() {
        SecurityContextHolder.clearContext();
    }

    @Test
    void authenticatedCallersHaveAName() {
        logIn(new TestingAuthenticationToken("ada", "secret", "ROLE_USER"));
        assertThat(principals.principal()).hasValue("ada");
    }

    @Test
    void allOthersAreNobody() {
        assertThat(principals.principal()).isEmpty();
        logIn(new AnonymousAuthenticationToken("key", "anonymousUser", AuthorityUtils.createAuthorityList("ROLE_ANY")));
        assertThat(principals.principal()).isEmpty();
        Authentication rejected = new TestingAuthenticationToken("ada", "wrong");
        rejected.setAuthenticated(false);
        logIn(rejected);
        assertThat(principals.principal()).isEmpty();
        logIn(new TestingAuthenticationToken(" ", "secret", "ROLE_USER"));
        assertThat(principals.principal()).isEmpty();
    }

    @Test
    void eachKindOfPrincipalHasTheNameOfItsAuthentication() {
        logIn(new TestingAuthenticationToken(
                User.withUsername("ada").password("secret").roles("USER").build(), "secret", "ROLE_USER"));
        assertThat(principals.principal()).hasValue("ada");
        AuthenticatedPrincipal ofToken = () -> "auth0|5f7c";
        logIn(new TestingAuthenticationToken(ofToken, "jwt", "SCOPE_pay"));
        assertThat(principals.principal()).hasValue("auth0|5f7c");
        logIn(new RememberMeAuthenticationToken("key", "ada", AuthorityUtils.createAuthorityList("ROLE_USER")));
        assertThat(principals.principal()).hasValue("ada");
    }

    /** As a token whose name comes from a claim that it lacks. */
    @Test
    void anAuthenticationWithoutANameIsNobody() {
        logIn(new TestingAuthenticationToken("ada", "jwt", "SCOPE_pay") {
            @Override
            public String getName() {
                return null;
            }
        });
        assertThat(principals.principal()).isEmpty();
    }

    @Test
    void otherThreadsHaveTheCallerOnlyIfTheContextIsCarriedThere() throws Exception {
        logIn(new TestingAuthenticationToken("ada", "secret", "ROLE_USER"));
        ExecutorService executor = Executors.newSingleThreadExecutor();
        try {
            assertThat(executor.submit(principals::principal).get()).isEmpty();
            assertThat(executor.submit(new DelegatingSecurityContextCallable<>(principals::principal))
                            .get())
                    .hasValue("ada");
            assertThat(executor.submit(principals::principal).get()).isEmpty();
        } finally {
            executor.shutdownNow();
        }
    }

    @Test
    void theStrategyIsAskedAtEachCall() {
        logIn(new TestingAuthenticationToken("ada", "secret", "ROLE_USER"));
        SecurityContextHolderStrategy before = SecurityContextHolder.getContextHolderStrategy();
        SecurityContextHolder.setContextHolderStrategy(new OneCaller("bob"));
        try {
            assertThat(principals.principal()).hasValue("bob");
        } finally {
            SecurityContextHolder.setContextHolderStrategy(before);
        }
        assertThat(principals.principal()).hasValue("ada");
    }

    @Test
    void beansOfTheApplicationTellWhoCalls() {
        ApplicationContextRunner runner = new ApplicationContextRunner()
                .withConfiguration(AutoConfigurations.of(
                        InterlockAutoConfiguration.class, InterlockSecurityAutoConfiguration.class))
                .withPropertyValues("spring.application.name=shop");
        logIn(new TestingAuthenticationToken("ada", "secret", "ROLE_USER"));
        runner.run(context ->
                assertThat(context.getBean(PrincipalResolver.class).principal()).hasValue("ada"));
        runner.withBean(SecurityContextHolderStrategy.class, () -> new OneCaller("bob"))
                .run(context -> assertThat(
                                context.getBean(PrincipalResolver.class).principal())
                        .hasValue("bob"));
        runner.withBean(AuthenticationTrustResolver.class, Distrust::new)
                .run(context -> assertThat(
                                context.getBean(PrincipalResolver.class).principal())
                        .isEmpty());
        runner.withBean(PrincipalResolver.class, () -> () -> Optional.of("carol"))
                .run(context -> assertThat(
                                context.getBean(PrincipalResolver.class).principal())
                        .hasValue("carol"));
        runner.withClassLoader(new FilteredClassLoader("org.springframework.security"))
                .run(context -> assertThat(context).hasNotFailed().doesNotHaveBean(PrincipalResolver.class));
    }

    private static final class Distrust extends AuthenticationTrustResolverImpl {

        @Override
        public boolean isAnonymous(Authentication authentication) {
            return true;
        }
    }

    /** Whoever asks, it is this one. */
    private static final class OneCaller implements SecurityContextHolderStrategy {

        private final SecurityContext context;

        OneCaller(String name) {
            this.context = new SecurityContextImpl(new TestingAuthenticationToken(name, "secret", "ROLE_USER"));
        }

        @Override
        public void clearContext() {}

        @Override
        public SecurityContext getContext() {
            return context;
        }

        @Override
        public void setContext(SecurityContext other) {}

        @Override
        public SecurityContext createEmptyContext() {
            return new SecurityContextImpl();
        }
    }

    private static void logIn(Authentication caller) {
        SecurityContextHolder.getContext().setAuthentication(caller);
    }
}
