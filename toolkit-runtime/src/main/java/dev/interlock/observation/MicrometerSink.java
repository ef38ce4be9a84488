package dev.interlock.observation;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;
import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationRegistry;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.DoubleSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Publishes the meters to a {@link MeterRegistry} and the sections to an {@link ObservationRegistry}. The one place that knows
 * Micrometer.
 */
public final class MicrometerSink implements ObservationSink {

    private final MeterRegistry meters;
    private final ObservationRegistry observations;

    /** @param observations {@link ObservationRegistry#NOOP} for none */
    public MicrometerSink(MeterRegistry meters, ObservationRegistry observations) {
        this.meters = meters;
        this.observations = observations;
    }

    @Override
    public Timing timer(InterlockMeter meter, String... values) {
        Timer timer = Timer.builder(meter.id())
                .description(meter.description())
                .tags(tags(meter.tags(), values))
                .register(meters);
        return nanos -> timer.record(nanos, TimeUnit.NANOSECONDS);
    }

    @Override
    public Counting counter(InterlockMeter meter, String... values) {
        return Counter.builder(meter.id())
                .description(meter.description())
                .tags(tags(meter.tags(), values))
                .register(meters)::increment;
    }

    @Override
    public void counted(InterlockMeter meter, LongAdder counted, String... values) {
        FunctionCounter.builder(meter.id(), counted, LongAdder::sum)
                .description(meter.description())
                .tags(tags(meter.tags(), values))
                .register(meters);
    }

    @Override
    public void gauge(InterlockMeter meter, DoubleSupplier value, String... values) {
        Gauge.builder(meter.id(), value::getAsDouble)
                .description(meter.description())
                .baseUnit(meter.unit().isEmpty() ? null : meter.unit())
                .tags(tags(meter.tags(), values))
                .register(meters);
    }

    private static Tags tags(List<String> keys, String... values) {
        Tags tags = Tags.empty();
        for (int i = 0; i < keys.size(); i++) {
            tags = tags.and(keys.get(i), values[i]);
        }
        return tags;
    }

    @Override
    public @Nullable Object here() {
        return observations.getCurrentObservation();
    }

    @Override
    public Section begin(InterlockSpan span, @Nullable Object parent, String... values) {
        if (observations.isNoop()) {
            return Section.NONE;
        }
        Observation observation = Observation.createNotStarted(span.id(), observations)
                .contextualName(values.length == 0 ? span.label() : span.label() + " " + values[0]);
        for (int i = 0; i < values.length; i++) {
            observation.lowCardinalityKeyValue(span.keys().get(i), values[i]);
        }
        if (parent instanceof Observation elsewhere) {
            observation.parentObservation(elsewhere);
        }
        return new Observed(observation.start());
    }

    private record Observed(Observation observation) implements Section {

        @Override
        public Scope enter() {
            return observation.openScope()::close;
        }

        @Override
        public void end(String outcome, @Nullable Throwable failure) {
            observation.lowCardinalityKeyValue("outcome", outcome);
            if (failure != null) {
                observation.error(new FailedSection(failure.getClass().getName()));
            }
            observation.stop();
        }
    }

    /** Stands for a failure in traces: its type, and nothing that its message might tell of keys. */
    @SuppressWarnings("serial")
    private static final class FailedSection extends RuntimeException {

        FailedSection(String type) {
            super(type, null, false, false);
        }
    }

    @Override
    public String toString() {
        return "MicrometerSink for " + meters.getClass().getName();
    }
}
