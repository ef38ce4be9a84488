package dev.interlock.idempotency;

import dev.interlock.guard.GuardedMethod;
import dev.interlock.key.ArgumentValues;
import java.lang.annotation.Annotation;
import java.lang.reflect.Method;
import java.lang.reflect.Parameter;
import java.lang.reflect.Type;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.TimeZone;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.springframework.core.GenericTypeResolver;
import org.springframework.core.ResolvableType;
import org.springframework.core.io.InputStreamSource;

/**
 * Which arguments of a method make one call another than the one before. Those that the web framework brings in are left
 * out: they describe the request, not what it asks for.
 */
final class ComparedArguments {

    private static final String ALL = "*";

    private static final List<Class<?>> FROM_THE_FRAMEWORK =
            List.of(java.security.Principal.class, Locale.class, TimeZone.class);

    /** By name, since none of these libraries needs to be there. */
    private static final Set<String> FROM_FRAMEWORKS = Set.of(
            "jakarta.servlet.ServletRequest",
            "jakarta.servlet.ServletResponse",
            "jakarta.servlet.http.HttpSession",
            "org.springframework.http.HttpHeaders",
            "org.springframework.http.HttpMethod",
            "org.springframework.web.context.request.WebRequest",
            "org.springframework.web.util.UriComponentsBuilder",
            "org.springframework.web.bind.support.SessionStatus",
            "org.springframework.web.servlet.mvc.support.RedirectAttributes",
            "org.springframework.ui.Model",
            "org.springframework.validation.Errors",
            "org.springframework.data.domain.Pageable",
            "org.springframework.data.domain.Sort",
            "dev.interlock.jdbc.ExpectedVersion");

    private static final Set<String> MARKED = Set.of(
            "org.springframework.security.core.annotation.AuthenticationPrincipal",
            "org.springframework.security.core.annotation.CurrentSecurityContext",
            "org.springframework.web.bind.annotation.RequestHeader",
            "org.springframework.web.bind.annotation.CookieValue",
            "org.springframework.web.bind.annotation.SessionAttribute",
            "org.springframework.web.bind.annotation.RequestAttribute");

    private static final List<Class<?>> STREAMS = List.of(
            java.io.InputStream.class,
            java.io.OutputStream.class,
            java.io.Reader.class,
            java.io.Writer.class,
            java.util.stream.BaseStream.class,
            java.util.Iterator.class,
            java.util.concurrent.Future.class,
            java.util.concurrent.CompletionStage.class,
            java.util.concurrent.Flow.Publisher.class,
            java.util.concurrent.Executor.class,
            Runnable.class,
            java.util.concurrent.Callable.class,
            InputStreamSource.class);

    private final @Nullable ArgumentValues named;
    private final int[] all;

    private ComparedArguments(@Nullable ArgumentValues named, int[] all) {
        this.named = named;
        this.all = all;
    }

    /** @param fingerprint the annotation's attribute */
    static ComparedArguments of(
            GuardedMethod method, String[] fingerprint, OutcomeCodec codec, Consumer<String> problems) {
        List<String> expressions = List.of(fingerprint);
        if (!expressions.contains(ALL)) {
            return new ComparedArguments(
                    expressions.isEmpty()
                            ? null
                            : ArgumentValues.compile(
                                    "fingerprint", fingerprint, method.method(), method.targetClass(), problems),
                    new int[0]);
        }
        if (expressions.size() > 1) {
            problems.accept("fingerprint has \"*\" besides others; \"*\" means all arguments, so leave the others out");
        }
        return new ComparedArguments(null, valueArguments(method, codec, problems));
    }

    private static int[] valueArguments(GuardedMethod guarded, OutcomeCodec codec, Consumer<String> problems) {
        Method method = guarded.method();
        List<Integer> values = new ArrayList<>();
        Parameter[] parameters = method.getParameters();
        for (int i = 0; i < parameters.length; i++) {
            if (isFromFramework(parameters[i])) {
                continue;
            }
            values.add(i);
            Type type = GenericTypeResolver.resolveType(method.getGenericParameterTypes()[i], guarded.targetClass());
            Optional<String> fault = fault(ResolvableType.forType(type).toClass(), type, codec);
            if (fault.isPresent()) {
                problems.accept("parameter " + i + " of type " + type.getTypeName() + " " + fault.get()
                        + ", so calls cannot be compared by it; name what matters in fingerprint, as \"#p0\", or write"
                        + " fingerprint = {}");
            }
        }
        return values.stream().mapToInt(Integer::intValue).toArray();
    }

    private static Optional<String> fault(Class<?> raw, Type type, OutcomeCodec codec) {
        for (Class<?> stream : STREAMS) {
            if (stream.isAssignableFrom(raw)) {
                return Optional.of("is no value");
            }
        }
        return raw == Object.class ? Optional.empty() : codec.problem(type);
    }

    private static boolean isFromFramework(Parameter parameter) {
        for (Annotation annotation : parameter.getAnnotations()) {
            if (MARKED.contains(annotation.annotationType().getName())) {
                return true;
            }
        }
        Class<?> type = parameter.getType() == Optional.class
                ? ResolvableType.forType(parameter.getParameterizedType())
                        .getGeneric()
                        .toClass()
                : parameter.getType();
        for (Class<?> fromTheFramework : FROM_THE_FRAMEWORK) {
            if (fromTheFramework.isAssignableFrom(type)) {
                return true;
            }
        }
        return isOneOf(type);
    }

    private static boolean isOneOf(@Nullable Class<?> type) {
        if (type == null) {
            return false;
        }
        if (FROM_FRAMEWORKS.contains(type.getName()) || isOneOf(type.getSuperclass())) {
            return true;
        }
        for (Class<?> parent : type.getInterfaces()) {
            if (isOneOf(parent)) {
                return true;
            }
        }
        return false;
    }

    /** The values of one call, in a fixed order; {@code null} if calls are not compared. */
    @Nullable
    Object @Nullable [] of(@Nullable Object[] arguments) {
        if (named != null) {
            return named.of(arguments);
        }
        if (all.length == 0) {
            return null;
        }
        @Nullable Object[] values = new Object[all.length];
        for (int i = 0; i < all.length; i++) {
            values[i] = arguments[all[i]];
        }
        return values;
    }
}
