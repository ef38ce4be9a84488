package dev.interlock.benchmark.contest;

import java.util.Arrays;
import java.util.Locale;

/** A value that every round has given, as the median, the least and the greatest of them. */
record Spread(double median, double min, double max) {

    /** @param rounds at least one */
    static Spread of(double... rounds) {
        double[] sorted = rounds.clone();
        Arrays.sort(sorted);
        int n = sorted.length;
        return new Spread((sorted[(n - 1) / 2] + sorted[n / 2]) / 2, sorted[0], sorted[n - 1]);
    }

    /** Least and greatest; empty where there is no number. */
    String range() {
        return Double.isFinite(median) ? number(min) + " – " + number(max) : "";
    }

    /** With the digits that a ratio deserves: {@code 0.016}, {@code 1.07}, {@code 12.3}, {@code 140}. */
    static String number(double value) {
        if (!Double.isFinite(value)) {
            return "none";
        }
        double size = Math.abs(value);
        String format = size < 0.0995 ? "%.3f" : size < 9.995 ? "%.2f" : size < 99.95 ? "%.1f" : "%,.0f";
        return String.format(Locale.ROOT, format, value);
    }
}
