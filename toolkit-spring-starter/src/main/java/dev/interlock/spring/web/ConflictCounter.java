package dev.interlock.spring.web;

import dev.interlock.observation.InterlockMeter;
import dev.interlock.observation.ObservationSink;
import dev.interlock.observation.Observations;
import jakarta.servlet.http.HttpServletRequest;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.springframework.web.servlet.HandlerMapping;

/**
 * Counts requests that were answered with a conflict. Method and uri have the values that Spring gives
 * {@code http.server.requests}, so that one can be divided by the other.
 *
 * <p>A uri is the pattern of the route and never the path, so there are no more meters than routes, however many keys.
 */
final class ConflictCounter {

    private static final String UNKNOWN = "UNKNOWN";
    private static final String ROOT = "root";

    /** Anything may come as a method. */
    private static final Set<String> METHODS =
            Set.of("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE");

    private final Observations observations;

    ConflictCounter(Observations observations) {
        this.observations = observations;
    }

    void count(HttpServletRequest request, Problem problem) {
        ObservationSink sink = observations.sink();
        if (sink != null) {
            sink.counter(
                            InterlockMeter.HTTP_CONFLICTS,
                            method(request.getMethod()),
                            uri(request.getAttribute(HandlerMapping.BEST_MATCHING_PATTERN_ATTRIBUTE)),
                            problem.shortType())
                    .increment();
        }
    }

    private static String method(String method) {
        return METHODS.contains(method) ? method : UNKNOWN;
    }

    private static String uri(@Nullable Object pattern) {
        if (pattern == null) {
            return UNKNOWN;
        }
        String text = pattern.toString();
        return text.isEmpty() ? ROOT : text;
    }
}
