package dev.interlock.spring.web;

import dev.interlock.jdbc.Versioned;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import org.jspecify.annotations.Nullable;
import org.springframework.core.MethodParameter;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpMethod;
import org.springframework.http.MediaType;
import org.springframework.http.converter.HttpMessageConverter;
import org.springframework.http.server.ServerHttpRequest;
import org.springframework.http.server.ServerHttpResponse;
import org.springframework.http.server.ServletServerHttpRequest;
import org.springframework.http.server.ServletServerHttpResponse;
import org.springframework.web.bind.annotation.ControllerAdvice;
import org.springframework.web.context.request.ServletWebRequest;
import org.springframework.web.servlet.mvc.method.annotation.ResponseBodyAdvice;

/**
 * Turns a {@link Versioned} body into the row alone and the header {@code ETag}, unless the handler has set one. A client that
 * has this version already and says so in {@code If-None-Match} of a GET or HEAD gets 304 instead.
 *
 * <p>First in order, so that the application's own advices see the row as if the handler had returned it.
 */
@ControllerAdvice
@Order(Ordered.HIGHEST_PRECEDENCE)
class VersionedBodyAdvice implements ResponseBodyAdvice<Object> {

    /** Whatever its declared type says: a handler may return a wildcard, a stage or an entity. */
    @Override
    public boolean supports(MethodParameter returnType, Class<? extends HttpMessageConverter<?>> converterType) {
        return true;
    }

    @Override
    public @Nullable Object beforeBodyWrite(
            @Nullable Object body,
            MethodParameter returnType,
            MediaType contentType,
            Class<? extends HttpMessageConverter<?>> converterType,
            ServerHttpRequest request,
            ServerHttpResponse response) {
        if (!(body instanceof Versioned<?> versioned)) {
            return body;
        }
        boolean notModified = !response.getHeaders().containsHeader(HttpHeaders.ETAG)
                && request instanceof ServletServerHttpRequest received
                && response instanceof ServletServerHttpResponse answer
                && isNotModified(
                        versioned.version(),
                        request.getMethod(),
                        received.getServletRequest(),
                        answer.getServletResponse());
        return notModified ? null : versioned.row();
    }

    /** Of unsafe requests Spring would check {@code If-Match} against the new version, after the effect. */
    private static boolean isNotModified(
            long version, HttpMethod method, HttpServletRequest request, HttpServletResponse response) {
        String tag = ETags.of(version);
        response.setHeader(HttpHeaders.ETAG, tag);
        boolean safe = method.equals(HttpMethod.GET) || method.equals(HttpMethod.HEAD);
        return safe && new ServletWebRequest(request, response).checkNotModified(tag);
    }
}
