package dev.interlock.samples.racelab;

import java.util.stream.LongStream;

/** Percentiles by nearest rank: always a value that was measured. */
final class Percentile {

    private Percentile() {}

    /** The smallest value that at least {@code percent} of all values do not exceed; 0 of none. */
    static long of(int percent, LongStream values) {
        return ofSorted(percent, values.sorted().toArray());
    }

    static long ofSorted(int percent, long[] sorted) {
        if (sorted.length == 0) {
            return 0;
        }
        int rank = (int) Math.ceil(percent / 100.0 * sorted.length);
        return sorted[Math.max(rank, 1) - 1];
    }
}
