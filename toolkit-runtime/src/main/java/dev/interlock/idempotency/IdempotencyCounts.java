package dev.interlock.idempotency;

import dev.interlock.observation.InterlockMeter;
import dev.interlock.observation.InterlockSpan;
import dev.interlock.observation.ObservationSink;
import dev.interlock.observation.Observations;
import dev.interlock.observation.Section;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.atomic.LongAdder;
import java.util.stream.Stream;

/** Counts idempotent calls by what became of them, since start-up. Thread-safe. */
public final class IdempotencyCounts {

    /** What became of a call. */
    public enum Result {
        /** Its body ran. */
        EXECUTED,
        /** It got the outcome of an earlier call from this process. */
        REPLAYED_FROM_MEMORY,
        /** It got the outcome of an earlier call from the store. */
        REPLAYED_FROM_STORE,
        /** Another call with its key was running and did not end in time. */
        DUPLICATE,
        /** Its key was used before with other arguments. */
        KEY_REUSED,
        /** Its key is held. */
        HELD,
        /** Its COMMIT was in doubt, and the record told what became of it. */
        DOUBT_RESOLVED,
        /** It ran, but its lease was gone before its outcome was recorded. */
        LEASE_LOST
    }

    /** What is counted together. */
    public record Kind(String name, Result result) implements Comparable<Kind> {

        @Override
        public int compareTo(Kind other) {
            int byName = name.compareTo(other.name);
            return byName != 0 ? byName : result.compareTo(other.result);
        }
    }

    /** Those of one name. */
    static final class Counter {

        private final LongAdder[] counts =
                Stream.generate(LongAdder::new).limit(Result.values().length).toArray(LongAdder[]::new);

        void count(Result result) {
            counts[result.ordinal()].increment();
        }
    }

    private final Observations observations;
    private final ConcurrentMap<String, Counter> counters = new ConcurrentHashMap<>();

    public IdempotencyCounts() {
        this(Observations.OFF);
    }

    /** @param observations is told what is counted here */
    public IdempotencyCounts(Observations observations) {
        this.observations = observations;
    }

    Counter of(String name) {
        return counters.computeIfAbsent(name, this::published);
    }

    private Counter published(String name) {
        Counter counter = new Counter();
        for (Result result : Result.values()) {
            observations.counted(
                    InterlockMeter.IDEMPOTENCY_CALLS,
                    counter.counts[result.ordinal()],
                    name,
                    result.name().toLowerCase(Locale.ROOT));
        }
        return counter;
    }

    /** A call begins. */
    Section begin(String name) {
        ObservationSink sink = observations.sink();
        return sink == null ? Section.NONE : sink.begin(InterlockSpan.IDEMPOTENT, null, name);
    }

    /** All counts above zero, in a stable order. */
    public Map<Kind, Long> all() {
        Map<Kind, Long> all = new TreeMap<>();
        counters.forEach((name, counter) -> {
            for (Result result : Result.values()) {
                long count = counter.counts[result.ordinal()].sum();
                if (count > 0) {
                    all.put(new Kind(name, result), count);
                }
            }
        });
        return all;
    }
}
