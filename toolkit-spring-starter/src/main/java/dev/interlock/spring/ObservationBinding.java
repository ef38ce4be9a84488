package dev.interlock.spring;

import dev.interlock.observation.ObservationSink;
import dev.interlock.observation.Observations;
import org.springframework.beans.factory.DisposableBean;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.SmartInitializingSingleton;

/**
 * Has the application's sink listen, if there is one, once all singletons are there. Guards and templates may be made so early that a
 * registry of meters made for them would miss what other beans have to say about it.
 */
final class ObservationBinding implements SmartInitializingSingleton, DisposableBean {

    private final Observations observations;
    private final ObjectProvider<ObservationSink> sinks;

    ObservationBinding(Observations observations, ObjectProvider<ObservationSink> sinks) {
        this.observations = observations;
        this.sinks = sinks;
    }

    @Override
    public void afterSingletonsInstantiated() {
        sinks.ifUnique(observations::bind);
    }

    @Override
    public void destroy() {
        observations.unbind();
    }
}
