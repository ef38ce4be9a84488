package dev.interlock.observation;

import java.util.concurrent.atomic.LongAdder;
import java.util.function.DoubleSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Who is told what happens. Bound to {@link Observations}, by the starter if Micrometer is there.
 *
 * <p>Instruments are asked for once for each set of tag values and then kept; what they record is told on the thread that it
 * happened on, so an implementation must be quick. Thread-safe. What it throws is logged once and otherwise ignored.
 */
public interface ObservationSink {

    /** Records durations. */
    @FunctionalInterface
    interface Timing {
        void record(long nanos);
    }

    /** Counts one more. */
    @FunctionalInterface
    interface Counting {
        void increment();
    }

    /** @param values of the meter's tags, in their order */
    Timing timer(InterlockMeter meter, String... values);

    /** @param values of the meter's tags, in their order */
    Counting counter(InterlockMeter meter, String... values);

    /**
     * Publishes what is counted already.
     *
     * @param counted only ever grows
     * @param values of the meter's tags, in their order
     */
    void counted(InterlockMeter meter, LongAdder counted, String... values);

    /**
     * Publishes a value that is asked for whenever somebody looks.
     *
     * @param value quick, {@code NaN} if it is not known
     * @param values of the meter's tags, in their order
     */
    void gauge(InterlockMeter meter, DoubleSupplier value, String... values);

    /**
     * Begins a section, to be ended once.
     *
     * @param parent what {@link #here} told on another thread; {@code null} for what is observed on this one
     * @param values of the span's keys, in their order
     */
    default Section begin(InterlockSpan span, @Nullable Object parent, String... values) {
        return Section.NONE;
    }

    /** What is being observed on this thread, as a parent for sections on others. */
    default @Nullable Object here() {
        return null;
    }
}
