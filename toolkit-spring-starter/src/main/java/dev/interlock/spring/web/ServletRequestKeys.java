package dev.interlock.spring.web;

import dev.interlock.idempotency.RequestKeys;
import jakarta.servlet.http.HttpServletResponse;
import java.util.Collections;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.web.context.request.RequestContextHolder;
import org.springframework.web.context.request.ServletRequestAttributes;

/** Reads the key of the servlet request that Spring has bound to the calling thread, and marks its response. */
final class ServletRequestKeys implements RequestKeys {

    static final String REPLAYED = "Idempotent-Replayed";

    @Override
    public Optional<String> key() {
        ServletRequestAttributes request = current();
        return request == null
                ? Optional.empty()
                : IdempotencyKeyHeader.parse(
                        Collections.list(request.getRequest().getHeaders(IdempotencyKeyHeader.NAME)));
    }

    @Override
    public void replayed() {
        ServletRequestAttributes request = current();
        HttpServletResponse response = request == null ? null : request.getResponse();
        if (response != null && !response.isCommitted()) {
            response.setHeader(REPLAYED, "true");
        }
    }

    private static @Nullable ServletRequestAttributes current() {
        return RequestContextHolder.getRequestAttributes() instanceof ServletRequestAttributes servlet ? servlet : null;
    }
}
