package dev.interlock.observation;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.DoubleSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Where the features of one application tell what happens, and where somebody may listen: nobody at first, later one
 * {@link ObservationSink}.
 *
 * <p>What is counted and what can be asked for is remembered, so that a sink that is bound late knows all of it. Everything
 * else is told only while a sink is bound; without one it costs the read of a field.
 *
 * <p><b>Concurrency.</b> Thread-safe. Registrations and bindings exclude each other, so that a sink is told of each source once;
 * the sink itself is read without a lock.
 */
public final class Observations {

    /** Nobody listens, ever. */
    public static final Observations OFF = new Observations(false);

    /** Of the whole process, the last of them first: for what belongs to no application. */
    private static final Deque<ObservationSink> BOUND = new ArrayDeque<>();

    private static volatile @Nullable ObservationSink ofProcess;

    private final boolean open;
    private final Map<Tagged, LongAdder> counts = new LinkedHashMap<>();
    private final Map<Tagged, Gauges> gauges = new LinkedHashMap<>();
    private volatile @Nullable ObservationSink sink;

    /** What is published under one name with the same values of its tags. */
    private record Tagged(InterlockMeter meter, List<String> values) {

        Tagged(InterlockMeter meter, String... values) {
            this(meter, List.of(values));
        }

        String[] array() {
            return values.toArray(String[]::new);
        }
    }

    /** Several sources of one value, as the data sources of one backend. */
    private record Gauges(InterlockMeter meter, List<DoubleSupplier> sources) {

        double value() {
            double value = Double.NaN;
            for (DoubleSupplier source : sources) {
                double one = source.getAsDouble();
                value = Double.isNaN(value) ? one : Double.isNaN(one) ? value : meter.merge(value, one);
            }
            return value;
        }
    }

    public Observations() {
        this(true);
    }

    private Observations(boolean open) {
        this.open = open;
    }

    /**
     * From now on the sink is told, instead of the one before.
     *
     * @throws IllegalStateException for {@link #OFF}
     */
    public synchronized void bind(ObservationSink listener) {
        if (!open) {
            throw new IllegalStateException("Nobody can listen to Observations.OFF; make one of your own");
        }
        unbind();
        ObservationSink calm = new CalmSink(listener);
        counts.forEach((tagged, counted) -> calm.counted(tagged.meter(), counted, tagged.array()));
        gauges.forEach((tagged, sources) -> calm.gauge(tagged.meter(), sources::value, tagged.array()));
        sink = calm;
        ofProcess(calm, null);
    }

    /** Nobody listens any more; without effect if nobody did. */
    public synchronized void unbind() {
        ObservationSink former = sink;
        if (former != null) {
            sink = null;
            ofProcess(null, former);
        }
    }

    private static synchronized void ofProcess(@Nullable ObservationSink bound, @Nullable ObservationSink unbound) {
        if (bound != null) {
            BOUND.addFirst(bound);
        }
        BOUND.remove(unbound);
        ofProcess = BOUND.peekFirst();
    }

    /** Who listens now, or {@code null}. Its methods do not throw. */
    public @Nullable ObservationSink sink() {
        return sink;
    }

    /**
     * Who listens to what belongs to no application, as fan-outs, which are made without one: the sink that was bound last of
     * those that are bound, or {@code null}.
     */
    public static @Nullable ObservationSink sinkOfProcess() {
        return ofProcess;
    }

    /**
     * Something is counted from now on.
     *
     * @param values of the meter's tags, in their order; once for each meter
     */
    public synchronized void counted(InterlockMeter meter, LongAdder counted, String... values) {
        if (open) {
            counts.put(new Tagged(meter, values), counted);
            ObservationSink present = sink;
            if (present != null) {
                present.counted(meter, counted, values);
            }
        }
    }

    /**
     * A value can be asked for from now on. Those of several sources with the same tags are published as one: the greatest age,
     * and the sum of anything else.
     *
     * @param value quick, {@code NaN} if it is not known
     */
    public synchronized void gauge(InterlockMeter meter, DoubleSupplier value, String... values) {
        if (!open) {
            return;
        }
        Tagged tagged = new Tagged(meter, values);
        Gauges known = gauges.get(tagged);
        if (known != null) {
            known.sources().add(value);
            return;
        }
        Gauges first = new Gauges(meter, new CopyOnWriteArrayList<>(List.of(value)));
        gauges.put(tagged, first);
        ObservationSink present = sink;
        if (present != null) {
            present.gauge(meter, first::value, values);
        }
    }

    @Override
    public String toString() {
        return "Observations told to " + sink;
    }
}
