package dev.interlock.benchmark.contest;

import java.util.StringJoiner;

/**
 * Counts durations in buckets that are at most 1/128 as wide as what they hold. Not thread-safe: each thread fills its own,
 * and they are added up afterwards.
 */
public final class Histogram {

    private static final int STEPS_LOG = 7;
    private static final int STEPS = 1 << STEPS_LOG;

    /** About half an hour; what took longer is counted as that. */
    private static final long LONGEST = (1L << 41) - 1;

    private final long[] buckets = new long[bucket(LONGEST) + 1];
    private long total;

    public void record(long nanos) {
        buckets[bucket(Math.max(0, Math.min(LONGEST, nanos)))]++;
        total++;
    }

    public void add(Histogram other) {
        for (int i = 0; i < buckets.length; i++) {
            buckets[i] += other.buckets[i];
        }
        total += other.total;
    }

    public long total() {
        return total;
    }

    /**
     * The time within which so many of hundred calls ended.
     *
     * @return nanoseconds, NaN if there was no call
     */
    public double percentile(double percent) {
        if (total == 0) {
            return Double.NaN;
        }
        double rank = percent / 100 * total;
        long before = 0;
        int last = 0;
        for (int i = 0; i < buckets.length; i++) {
            if (buckets[i] == 0) {
                continue;
            }
            if (before + buckets[i] >= rank) {
                return low(i) + width(i) * Math.max(0, rank - before) / buckets[i];
            }
            before += buckets[i];
            last = i;
        }
        return low(last) + width(last);
    }

    /** Values below 128 have a bucket each; from there on each power of two has 128 buckets. */
    private static int bucket(long nanos) {
        int shift = Math.max(0, Long.SIZE - 1 - STEPS_LOG - Long.numberOfLeadingZeros(nanos));
        return (shift << STEPS_LOG) + (int) (nanos >>> shift);
    }

    private static double low(int bucket) {
        int shift = shift(bucket);
        return (double) ((long) (bucket - (shift << STEPS_LOG)) << shift);
    }

    private static double width(int bucket) {
        return 1L << shift(bucket);
    }

    private static int shift(int bucket) {
        return Math.max(0, (bucket >>> STEPS_LOG) - 1);
    }

    /** One line without blanks, for {@link #parse}. */
    @Override
    public String toString() {
        StringJoiner filled = new StringJoiner(",");
        filled.setEmptyValue("-");
        for (int i = 0; i < buckets.length; i++) {
            if (buckets[i] != 0) {
                filled.add(i + ":" + buckets[i]);
            }
        }
        return filled.toString();
    }

    public static Histogram parse(String text) {
        Histogram histogram = new Histogram();
        if (!text.equals("-")) {
            for (String entry : text.split(",")) {
                int colon = entry.indexOf(':');
                long count = Long.parseLong(entry.substring(colon + 1));
                histogram.buckets[Integer.parseInt(entry.substring(0, colon))] += count;
                histogram.total += count;
            }
        }
        return histogram;
    }
}
