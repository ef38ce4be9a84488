package dev.interlock.spring;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;

/** Says so when guarded methods run unguarded. */
@AutoConfiguration
@ConditionalOnBooleanProperty(name = "interlock.enabled", havingValue = false)
public final class InterlockOffAutoConfiguration {

    private static final Logger log = LoggerFactory.getLogger(InterlockOffAutoConfiguration.class);

    InterlockOffAutoConfiguration() {
        log.warn("interlock.enabled=false: guard annotations have no effect, guarded methods run unguarded");
    }
}
