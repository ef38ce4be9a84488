package dev.interlock.spring.security;

import dev.interlock.idempotency.PrincipalResolver;
import java.util.Optional;
import java.util.function.Supplier;
import org.springframework.security.authentication.AuthenticationTrustResolver;
import org.springframework.security.authentication.AuthenticationTrustResolverImpl;
import org.springframework.security.core.Authentication;
import org.springframework.security.core.context.SecurityContextHolderStrategy;
import org.springframework.util.StringUtils;

/** The caller of Spring Security's context, by name. Nobody where that is anonymous. */
final class SecurityPrincipals implements PrincipalResolver {

    private final AuthenticationTrustResolver trust = new AuthenticationTrustResolverImpl();
    private final Supplier<SecurityContextHolderStrategy> strategy;

    /** @param strategy asked at each call, since the application may replace it */
    SecurityPrincipals(Supplier<SecurityContextHolderStrategy> strategy) {
        this.strategy = strategy;
    }

    @Override
    public Optional<String> principal() {
        Authentication caller = strategy.get().getContext().getAuthentication();
        return caller != null && trust.isAuthenticated(caller)
                ? Optional.ofNullable(caller.getName()).filter(StringUtils::hasText)
                : Optional.empty();
    }
}
