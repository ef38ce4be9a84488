package dev.interlock.retry;

import dev.interlock.observation.InterlockMeter;
import dev.interlock.observation.Observations;
import dev.interlock.retry.ConflictClassifier.Verdict;
import java.util.Locale;
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

    private static final String NO_STATE = "none";

    private final Observations observations;
    private final ConcurrentMap<InState, LongAdder> counts = new ConcurrentHashMap<>();
    private final ConcurrentMap<String, LongAdder> budgetSpent = new ConcurrentHashMap<>();

    /** Kinds by the SQLSTATE that told them, or {@link #NO_STATE}. */
    private record InState(Kind kind, String state) {}

    public RetryCounts() {
        this(Observations.OFF);
    }

    /** @param observations is told what is counted here */
    public RetryCounts(Observations observations) {
        this.observations = observations;
    }

    void count(String name, Verdict.Transient conflict, Outcome outcome) {
        String state = conflict.state();
        count(new Kind(name, conflict.kind().name(), outcome), state == null ? NO_STATE : state);
    }

    void countIndeterminate(String name) {
        count(new Kind(name, "NONE", Outcome.INDETERMINATE), NO_STATE);
    }

    private void count(Kind kind, String state) {
        counts.computeIfAbsent(new InState(kind, state), this::published).increment();
        if (kind.outcome() == Outcome.BUDGET_SPENT) {
            budgetSpent.computeIfAbsent(kind.name(), this::published).increment();
        }
    }

    private LongAdder published(InState counted) {
        Kind kind = counted.kind();
        LongAdder count = new LongAdder();
        observations.counted(
                InterlockMeter.RETRY_CONFLICTS,
                count,
                kind.name(),
                kind.conflict(),
                counted.state(),
                kind.outcome().name().toLowerCase(Locale.ROOT));
        return count;
    }

    private LongAdder published(String name) {
        LongAdder count = new LongAdder();
        observations.counted(InterlockMeter.RETRY_BUDGET_EXHAUSTED, count, name);
        return count;
    }

    /** All counts above zero, in a stable order. */
    public Map<Kind, Long> all() {
        Map<Kind, Long> all = new TreeMap<>();
        counts.forEach((counted, count) -> all.merge(counted.kind(), count.sum(), Long::sum));
        return all;
    }
}
