package dev.interlock.spring;

import dev.interlock.key.KeyNamespace;
import java.util.Locale;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What one wants to know of the toolkit when an application has started. */
final class StartupLog {

    private static final Logger log = LoggerFactory.getLogger(InterlockAutoConfiguration.class);

    private StartupLog() {}

    static void print(KeyNamespace namespace, InterlockProperties properties) {
        InterlockProperties.Backend backend = properties.lock().backend();
        log.info(
                "Interlock uses namespace '{}', weaving {}, lock backend {}",
                namespace,
                lower(properties.weaving()),
                lower(backend));
        if (backend == InterlockProperties.Backend.MEMORY) {
            log.warn("interlock.lock.backend=memory: locks exclude nobody in other processes; for development and tests"
                    + " only");
        }
    }

    private static String lower(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT);
    }
}
