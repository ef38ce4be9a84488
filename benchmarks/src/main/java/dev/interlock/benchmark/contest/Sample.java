package dev.interlock.benchmark.contest;

import java.util.Arrays;

/**
 * What one arm did in one round.
 *
 * @param counts finished calls of each thread, or of each node
 * @param nanos how long it was watched
 * @param calls duration of a call
 * @param waits time from the begin of a call to that of its body
 * @param violations how often it broke what it promises, as when two holders of one key were inside at a time
 * @param wal bytes that each call added to Postgres' write-ahead log, NaN if nobody looked
 * @param drawn values that each call took from sequences, NaN if nobody looked
 */
public record Sample(
        long[] counts, long nanos, Histogram calls, Histogram waits, long violations, double wal, double drawn) {

    public Sample(long[] counts, long nanos, Histogram calls, Histogram waits, long violations) {
        this(counts, nanos, calls, waits, violations, Double.NaN);
    }

    public Sample(long[] counts, long nanos, Histogram calls, Histogram waits, long violations, double wal) {
        this(counts, nanos, calls, waits, violations, wal, Double.NaN);
    }

    public double perSecond() {
        return Arrays.stream(counts).sum() * 1e9 / nanos;
    }

    /** Calls of the slowest as a part of those of the fastest; NaN if there were none. */
    public double evenness() {
        long most = Arrays.stream(counts).max().orElse(0);
        return most == 0 ? Double.NaN : (double) Arrays.stream(counts).min().orElse(0) / most;
    }
}
