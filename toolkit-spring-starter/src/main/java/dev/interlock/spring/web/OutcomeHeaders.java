package dev.interlock.spring.web;

import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.context.properties.source.InvalidConfigurationPropertyValueException;
import org.springframework.http.HttpHeaders;

/**
 * Which headers of a response are part of its outcome, and so reach the first caller and every later one. Thread-safe.
 *
 * <p>An allow-list, since a response may carry what is meant for one caller and one moment alone.
 */
final class OutcomeHeaders {

    private static final Logger log = LoggerFactory.getLogger(OutcomeHeaders.class);

    private static final String PROPERTY = "interlock.idempotency.replayed-headers";

    private static final List<String> ALWAYS = List.of(
            HttpHeaders.LOCATION,
            HttpHeaders.CONTENT_TYPE,
            HttpHeaders.ETAG,
            HttpHeaders.LAST_MODIFIED,
            HttpHeaders.CACHE_CONTROL,
            HttpHeaders.LINK,
            HttpHeaders.CONTENT_LANGUAGE);

    private static final Set<String> NEVER = caseInsensitive(List.of(
            HttpHeaders.SET_COOKIE,
            HttpHeaders.SET_COOKIE2,
            HttpHeaders.AUTHORIZATION,
            HttpHeaders.PROXY_AUTHORIZATION,
            "Authentication-Info",
            "Proxy-Authentication-Info",
            HttpHeaders.CONTENT_LENGTH,
            HttpHeaders.TRANSFER_ENCODING,
            HttpHeaders.CONNECTION));

    /** The characters of a token, RFC 9110 section 5.6.2. */
    private static final String TOKEN = "[!#$%&'*+.^_`|~0-9A-Za-z-]+";

    private final Set<String> allowed;
    private final Set<String> dropped = ConcurrentHashMap.newKeySet();

    /**
     * @param more names besides the usual ones
     * @throws InvalidConfigurationPropertyValueException for the first that may not be replayed
     */
    OutcomeHeaders(List<String> more) {
        this.allowed = caseInsensitive(ALWAYS);
        for (String name : more) {
            if (NEVER.contains(name)) {
                throw new InvalidConfigurationPropertyValueException(
                        PROPERTY,
                        name,
                        "It must not name a header that carries credentials or describes one message. Remove " + name
                                + " from it.");
            }
            if (!name.matches(TOKEN)) {
                throw new InvalidConfigurationPropertyValueException(
                        PROPERTY,
                        name,
                        "It must list names of headers, separated by commas. Write X-Request-Cost, say.");
            }
            allowed.add(name);
        }
    }

    private static Set<String> caseInsensitive(List<String> names) {
        Set<String> set = new TreeSet<>(String.CASE_INSENSITIVE_ORDER);
        set.addAll(names);
        return set;
    }

    boolean allows(String name) {
        return allowed.contains(name);
    }

    /** Those that are part of the outcome; says once of each other one that it is not. */
    HttpHeaders of(HttpHeaders headers) {
        HttpHeaders kept = new HttpHeaders();
        headers.forEach((name, values) -> {
            if (allows(name)) {
                kept.put(name, values);
            } else if (dropped.add(name.toLowerCase(Locale.ROOT))) {
                log.warn(
                        "An idempotent call answered with the header {}, which is no part of its outcome, so no caller gets"
                                + " it; {}",
                        name,
                        NEVER.contains(name) ? "set it outside of the call" : "list it in " + PROPERTY);
            }
        });
        return kept;
    }
}
