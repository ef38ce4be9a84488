package dev.interlock.spring.observation;

import dev.interlock.observation.MicrometerSink;
import dev.interlock.observation.ObservationSink;
import dev.interlock.observation.Observations;
import dev.interlock.spring.InterlockAutoConfiguration;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.composite.CompositeMeterRegistry;
import io.micrometer.core.instrument.config.MeterFilter;
import io.micrometer.observation.ObservationRegistry;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Conditional;

/** Meters of the toolkit in the application's registry, and its sections among the application's observations. */
@AutoConfiguration(
        after = InterlockAutoConfiguration.class,
        afterName = {
            "org.springframework.boot.micrometer.metrics.autoconfigure.CompositeMeterRegistryAutoConfiguration",
            "org.springframework.boot.micrometer.observation.autoconfigure.ObservationAutoConfiguration"
        })
@ConditionalOnClass({MeterRegistry.class, ObservationRegistry.class})
@ConditionalOnBean(Observations.class)
public final class InterlockMetricsAutoConfiguration {

    @Bean
    @ConditionalOnMissingBean(ObservationSink.class)
    @Conditional(OnAnyRegistry.class)
    MicrometerSink interlockObservationSink(
            ObjectProvider<MeterRegistry> meters, ObjectProvider<ObservationRegistry> observations) {
        return new MicrometerSink(
                meters.getIfUnique(CompositeMeterRegistry::new),
                observations.getIfUnique(() -> ObservationRegistry.NOOP));
    }

    /** What a registry makes of each observation, the toolkit's meters tell in more detail. */
    @Bean
    static MeterFilter interlockObservationMeters() {
        return MeterFilter.deny(id -> SpanNames.isMeterOfSpan(id.getName()));
    }
}
