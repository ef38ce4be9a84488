package dev.interlock.benchmark.contest;

import java.util.Locale;
import java.util.function.ToDoubleFunction;

/** What is read from a sample. */
public enum Figure {
    TIME("median call", "%.1f µs", sample -> sample.calls().percentile(50) / 1e3),
    RATE("per second", "%,.0f", Sample::perSecond),
    THREADS("slowest / fastest thread", "%.2f", Sample::evenness),
    NODES("smallest / largest node", "%.2f", Sample::evenness),
    WAIT("median wait", "%.1f ms", sample -> sample.waits().percentile(50) / 1e6),
    WAIT_P99("p99 of the wait", "%.1f ms", sample -> sample.waits().percentile(99) / 1e6),
    CALL_P99("p99 of a call", "%.2f ms", sample -> sample.calls().percentile(99) / 1e6),
    WAL("WAL per call", "%,.0f B", Sample::wal),
    DRAWN("sequence values per call", "%.2f", Sample::drawn);

    private final String title;
    private final String format;
    private final ToDoubleFunction<Sample> of;

    Figure(String title, String format, ToDoubleFunction<Sample> of) {
        this.title = title;
        this.format = format;
        this.of = of;
    }

    /** Head of its column. */
    String title() {
        return title;
    }

    /** NaN if nothing was finished. */
    public double of(Sample sample) {
        return of.applyAsDouble(sample);
    }

    String print(double value) {
        return Double.isNaN(value) ? "none" : String.format(Locale.ROOT, format, value);
    }
}
