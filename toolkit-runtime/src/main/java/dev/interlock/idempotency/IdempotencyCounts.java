package dev.interlock.idempotency;

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

    private final ConcurrentMap<String, Counter> counters = new ConcurrentHashMap<>();

    Counter of(String name) {
        return counters.computeIfAbsent(name, any -> new Counter());
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
