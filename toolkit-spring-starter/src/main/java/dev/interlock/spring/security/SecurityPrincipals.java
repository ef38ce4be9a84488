package dev.interlock.spring.security;

import dev.interlock.idempotency.PrincipalResolver;
import java.util.Optional;
import java.util.function.Supplier;
import org.springframework.security.authentication.AuthenticationTrustResolver;
import org.springframework.security.core.Authentication;
import org.springframework.security.core.context.SecurityContextHolderStrategy;
import org.springframework.util.StringUtils;

/**
 * The caller of Spring Security's context, by the name of the authentication: that of a user, the subject of a token. Nobody where
 * that is anonymous. Names of several issuers of tokens may be equal; where there are several, the application needs a resolver of
 * its own.
 *
 * <p>Thread-safe. On a thread that no security context was carried to there is nobody, never another caller.
 */
final class SecurityPrincipals implements PrincipalResolver {

    private final Supplier<SecurityContextHolderStrategy> strategy;
    private final AuthenticationTrustResolver trust;

    /**
     * @param strategy asked at each call, since the application may replace it
     * @param trust tells who is anonymous
     */
    SecurityPrincipals(Supplier<SecurityContextHolderStrategy> strategy, AuthenticationTrustResolver trust) {
        this.strategy = strategy;
        this.trust = trust;
    }

    @Override
    public Optional<String> principal() {
        Authentication caller = strategy.get().getContext().getAuthentication();
        return caller != null && trust.isAuthenticated(caller)
                ? Optional.ofNullable(caller.getName()).filter(StringUtils::hasText)
                : Optional.empty();
    }
}
