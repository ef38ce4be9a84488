package dev.interlock.spring.security;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.springframework.security.authentication.AnonymousAuthenticationToken;
import org.springframework.security.authentication.TestingAuthenticationToken;
import org.springframework.security.core.Authentication;
import org.springframework.security.core.authority.AuthorityUtils;
import org.springframework.security.core.context.SecurityContextHolder;

class SecurityPrincipalsTest {

    private final SecurityPrincipals principals =
            new SecurityPrincipals(SecurityContextHolder::getContextHolderStrategy);

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

    private static void logIn(Authentication caller) {
        SecurityContextHolder.getContext().setAuthentication(caller);
    }
}
