package dev.interlock.spring.web;

import dev.interlock.jdbc.ExpectedVersion;
import jakarta.servlet.http.HttpServletRequest;
import java.util.Collections;
import java.util.Enumeration;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.core.MethodParameter;
import org.springframework.http.HttpHeaders;
import org.springframework.web.bind.support.WebDataBinderFactory;
import org.springframework.web.context.request.NativeWebRequest;
import org.springframework.web.method.support.HandlerMethodArgumentResolver;
import org.springframework.web.method.support.ModelAndViewContainer;

/**
 * Gives handlers the version that the client expects. It reads the headers and compares nothing, so that a repetition of an
 * idempotent request, whose version is an old one by then, gets as far as its first answer.
 */
final class ExpectedVersionResolver implements HandlerMethodArgumentResolver {

    @Override
    public boolean supportsParameter(MethodParameter parameter) {
        return parameter.nestedIfOptional().getNestedParameterType() == ExpectedVersion.class;
    }

    @Override
    public Object resolveArgument(
            MethodParameter parameter,
            @Nullable ModelAndViewContainer container,
            NativeWebRequest request,
            @Nullable WebDataBinderFactory binders) {
        Optional<ExpectedVersion> expected =
                Preconditions.parse(lines(request, HttpHeaders.IF_MATCH), lines(request, HttpHeaders.IF_NONE_MATCH));
        return parameter.getParameterType() == Optional.class
                ? expected
                : expected.orElseThrow(() -> new MissingExpectedVersionException(Preconditions.RULE));
    }

    private static List<String> lines(NativeWebRequest request, String name) {
        HttpServletRequest servlet = request.getNativeRequest(HttpServletRequest.class);
        Enumeration<String> lines = servlet == null ? null : servlet.getHeaders(name);
        return lines == null ? List.of() : Collections.list(lines);
    }
}
