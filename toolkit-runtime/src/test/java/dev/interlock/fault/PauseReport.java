package dev.interlock.fault;

import java.util.Map;
import java.util.TreeMap;

/**
 * What a run with pauses left.
 *
 * @param arm what guarded the increments
 * @param seed of the order of pauses
 * @param pauses by point
 * @param progress increments that other workers committed while a worker was paused, by the point where it was paused
 * @param told what callers were told, and how many of them, as {@code calls} and {@code acknowledged}, or the name of an
 *     exception
 * @param committed increments in the log, each written by the transaction of its increment
 * @param value the row at the end
 * @param duplicates values that the log has more than once
 */
record PauseReport(
        String arm,
        long seed,
        Map<Point, Integer> pauses,
        Map<Point, Integer> progress,
        Map<String, Integer> told,
        int committed,
        int value,
        int duplicates) {

    /** Increments that were committed and are not in the row, whatever their callers were told. */
    int lost() {
        return committed - value;
    }

    int told(String what) {
        return told.getOrDefault(what, 0);
    }

    int pausesInAll() {
        return pauses.values().stream().mapToInt(Integer::intValue).sum();
    }

    @Override
    public String toString() {
        return "%s: %d pauses %s; calls and what they were told %s; committed %d, value %d; lost %d, duplicates %d; progress of others %s; seed %d"
                .formatted(
                        arm,
                        pausesInAll(),
                        pauses,
                        new TreeMap<>(told),
                        committed,
                        value,
                        lost(),
                        duplicates,
                        progress,
                        seed);
    }
}
