package dev.interlock.spring.web;

import dev.interlock.idempotency.PrincipalResolver;
import java.security.Principal;
import java.util.Optional;
import org.springframework.util.StringUtils;
import org.springframework.web.context.request.RequestContextHolder;
import org.springframework.web.context.request.ServletRequestAttributes;

/** The caller whom the servlet container or a filter has authenticated. */
final class ContainerPrincipals implements PrincipalResolver {

    @Override
    public Optional<String> principal() {
        return RequestContextHolder.getRequestAttributes() instanceof ServletRequestAttributes current
                ? Optional.ofNullable(current.getRequest().getUserPrincipal())
                        .map(Principal::getName)
                        .filter(StringUtils::hasText)
                : Optional.empty();
    }
}
