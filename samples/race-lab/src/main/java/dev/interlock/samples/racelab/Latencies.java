package dev.interlock.samples.racelab;

import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import java.util.stream.LongStream;

/**
 * How long the calls of an arm took, refused and failed ones too.
 *
 * @param histogram from the bucket of the fastest call to that of the slowest, without gaps; empty if there was no call
 */
record Latencies(double p50Millis, double p90Millis, double maxMillis, List<Bucket> histogram) {

    /** Calls that took at most this, and more than the edge before. */
    record Bucket(double upToMillis, long calls) {}

    /** From 0.1 ms to 300 s, more than a round may take; each step is half as much again, about. */
    private static final double[] EDGES_MILLIS = IntStream.rangeClosed(-1, 5)
            .boxed()
            .flatMapToDouble(exponent -> DoubleStream.of(1, 1.5, 2, 3, 5, 7)
                    .map(step -> exponent < 0 ? step / 10 : step * Math.pow(10, exponent)))
            .limit(40)
            .toArray();

    static Latencies of(LongStream nanos) {
        long[] sorted = nanos.sorted().toArray();
        return new Latencies(
                millis(Percentile.ofSorted(50, sorted)),
                millis(Percentile.ofSorted(90, sorted)),
                millis(Percentile.ofSorted(100, sorted)),
                histogram(sorted));
    }

    private static List<Bucket> histogram(long[] sorted) {
        if (sorted.length == 0) {
            return List.of();
        }
        long[] calls = new long[EDGES_MILLIS.length];
        for (long nanos : sorted) {
            calls[bucket(nanos)]++;
        }
        return IntStream.rangeClosed(bucket(sorted[0]), bucket(sorted[sorted.length - 1]))
                .mapToObj(index -> new Bucket(EDGES_MILLIS[index], calls[index]))
                .toList();
    }

    private static int bucket(long nanos) {
        int found = Arrays.binarySearch(EDGES_MILLIS, nanos / (double) TimeUnit.MILLISECONDS.toNanos(1));
        return Math.min(found >= 0 ? found : -found - 1, EDGES_MILLIS.length - 1);
    }

    private static double millis(long nanos) {
        return RoundFigures.toTenths(nanos / (double) TimeUnit.MILLISECONDS.toNanos(1));
    }
}
