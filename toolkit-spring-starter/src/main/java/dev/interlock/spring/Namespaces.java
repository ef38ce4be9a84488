package dev.interlock.spring;

import dev.interlock.key.KeyNamespace;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.context.properties.source.InvalidConfigurationPropertyValueException;
import org.springframework.util.StringUtils;

/** Chooses the namespace of the application's keys. */
final class Namespaces {

    private static final Logger log = LoggerFactory.getLogger(InterlockAutoConfiguration.class);
    private static final String UNNAMED = "application";

    /** Postgres keeps 63 bytes of an application name. */
    private static final int LONGEST = 50;

    private Namespaces() {}

    static KeyNamespace choose(@Nullable String configured, @Nullable String applicationName) {
        if (configured != null) {
            if (configured.isBlank()) {
                throw new InvalidConfigurationPropertyValueException(
                        "interlock.namespace",
                        configured,
                        "A namespace must not be blank, since services without one would share their locks. Name the"
                                + " service, or remove the property to use spring.application.name.");
            }
            return of("interlock.namespace", configured);
        }
        if (StringUtils.hasText(applicationName)) {
            return of("spring.application.name", applicationName);
        }
        log.warn(
                "Neither interlock.namespace nor spring.application.name is set, so the namespace is '{}': two unnamed"
                        + " services on one database share their locks. Set one of the two",
                UNNAMED);
        return new KeyNamespace(UNNAMED);
    }

    private static KeyNamespace of(String property, String value) {
        try {
            return new KeyNamespace(value);
        } catch (IllegalArgumentException illFormed) {
            throw new InvalidConfigurationPropertyValueException(property, value, illFormed.getMessage(), illFormed);
        }
    }

    /** What Postgres shows for the lock connections of this service. */
    static String applicationName(KeyNamespace namespace) {
        String value = namespace.value();
        return (value.length() > LONGEST ? value.substring(0, LONGEST) : value) + " interlock";
    }
}
