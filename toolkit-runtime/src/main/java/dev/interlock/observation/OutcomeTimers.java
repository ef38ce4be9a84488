package dev.interlock.observation;

import dev.interlock.observation.ObservationSink.Timing;
import java.util.Arrays;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;

/** One timer for each outcome, the last of a meter's tags, resolved when it is first met. Thread-safe. */
public final class OutcomeTimers {

    private final ObservationSink sink;
    private final InterlockMeter meter;
    private final String[] others;
    private final ConcurrentMap<String, Timing> timers = new ConcurrentHashMap<>();

    /** @param others the values of the tags before the outcome */
    public OutcomeTimers(ObservationSink sink, InterlockMeter meter, String... others) {
        this.sink = sink;
        this.meter = meter;
        this.others = others.clone();
    }

    /** @param outcome one of few */
    public void record(String outcome, long nanos) {
        Timing known = timers.get(outcome);
        if (known == null) {
            known = timers.computeIfAbsent(outcome, this::resolve);
        }
        known.record(nanos);
    }

    private Timing resolve(String outcome) {
        String[] values = Arrays.copyOf(others, others.length + 1);
        values[others.length] = outcome;
        return sink.timer(meter, values);
    }
}
