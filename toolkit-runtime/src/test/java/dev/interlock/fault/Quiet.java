package dev.interlock.fault;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import java.util.LinkedHashMap;
import java.util.Map;
import org.slf4j.LoggerFactory;

/** Loggers that say nothing until this is closed, since what they would report is what the test does on purpose. */
final class Quiet implements AutoCloseable {

    private final Map<Logger, Level> levels = new LinkedHashMap<>();

    Quiet(String... names) {
        for (String name : names) {
            Logger logger = (Logger) LoggerFactory.getLogger(name);
            levels.put(logger, logger.getLevel());
            logger.setLevel(Level.OFF);
        }
    }

    @Override
    public void close() {
        levels.forEach(Logger::setLevel);
    }
}
