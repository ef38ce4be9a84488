package dev.interlock.spring;

import dev.interlock.observation.ObservationSink;
import dev.interlock.observation.Observations;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** Where guards, templates and queues tell what happens; who listens is found when all beans are there. */
@Configuration(proxyBeanMethods = false)
class ObservationConfiguration {

    @Bean
    @ConditionalOnMissingBean
    Observations interlockObservations() {
        return new Observations();
    }

    @Bean
    ObservationBinding interlockObservationBinding(Observations observations, ObjectProvider<ObservationSink> sinks) {
        return new ObservationBinding(observations, sinks);
    }
}
