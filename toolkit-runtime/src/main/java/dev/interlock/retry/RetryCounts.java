package dev.interlock.retry;

import dev.interlock.annotation.Conflict;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.atomic.LongAdder;

/** Counts failed attempts by what became of them, since start-up. Thread-safe. */
public final class RetryCounts {

    /** What became of an attempt that met a conflict. */
    public enum Outcome {
        /** Another attempt followed. */
        RETRIED,
        /** All attempts were used up. */
        ATTEMPTS_USED_UP,
        /** The next one would have come after the timeout. */
        TIMED_OUT,
        /** The budget of the DataSource was spent. */
        BUDGET_SPENT,
        /** The lock to escalate to was not to be had in time. */
        LOCK_NOT_ACQUIRED,
        /** The thread was interrupted. */
        INTERRUPTED,
        /** A transaction inside the attempt had committed, so that another attempt would have repeated its effects. */
        PARTLY_COMMITTED,
        /** Nobody knows whether the COMMIT was carried out. */
        INDETERMINATE
    }

    /**
     * What is counted together.
     *
     * @param name of the method, or the name given in code
     * @param conflict as the annotation names it, or {@code NONE} where none was recognised
     */
    public record Kind(String name, String conflict, Outcome outcome) implements Comparable<Kind> {

        @Override
        public int compareTo(Kind other) {
            int byName = name.compareTo(other.name);
            int byConflict = byName != 0 ? byName : conflict.compareTo(other.conflict);
            return byConflict != 0 ? byConflict : outcome.compareTo(other.outcome);
        }
    }

    private final ConcurrentMap<Kind, LongAdder> counts = new ConcurrentHashMap<>();

    void count(String name, Conflict conflict, Outcome outcome) {
        count(new Kind(name, conflict.name(), outcome));
    }

    void countIndeterminate(String name) {
        count(new Kind(name, "NONE", Outcome.INDETERMINATE));
    }

    private void count(Kind kind) {
        counts.computeIfAbsent(kind, any -> new LongAdder()).increment();
    }

    /** All counts above zero, in a stable order. */
    public Map<Kind, Long> all() {
        Map<Kind, Long> all = new TreeMap<>();
        counts.forEach((kind, count) -> all.put(kind, count.sum()));
        return all;
    }
}
