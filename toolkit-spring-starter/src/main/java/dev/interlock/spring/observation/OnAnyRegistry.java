package dev.interlock.spring.observation;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.observation.ObservationRegistry;
import org.springframework.boot.autoconfigure.condition.AnyNestedCondition;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;

/** Somebody wants meters, or observations. */
final class OnAnyRegistry extends AnyNestedCondition {

    OnAnyRegistry() {
        super(ConfigurationPhase.REGISTER_BEAN);
    }

    @ConditionalOnBean(MeterRegistry.class)
    static final class Meters {}

    @ConditionalOnBean(ObservationRegistry.class)
    static final class Sections {}
}
