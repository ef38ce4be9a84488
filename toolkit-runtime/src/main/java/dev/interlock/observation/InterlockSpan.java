package dev.interlock.observation;

import java.util.List;

/**
 * Every section of a call that is observed, and what is told of it. Each has the key {@code outcome} besides, which is
 * {@code ok} or {@code error} where nothing else is said.
 */
public enum InterlockSpan {
    /** Asking for a lock; {@code outcome} as that of {@link InterlockMeter#LOCK_ACQUIRE}. */
    LOCK("interlock.lock", "acquire lock", "name", "backend"),

    /** An idempotent call, whether it executes or replays, until its method returns. */
    IDEMPOTENT("interlock.idempotent", "idempotent call", "name"),

    /** One attempt at a job or submission: its handler, with its transaction. */
    JOB("interlock.job", "job", "queue"),

    /** One outside call of a fan-out, on its own thread. */
    FANOUT_CALL("interlock.fanout", "fan-out call");

    private final String id;
    private final String label;
    private final List<String> keys;

    InterlockSpan(String id, String label, String... keys) {
        this.id = id;
        this.label = label;
        this.keys = List.of(keys);
    }

    /** The name, with dots; that of no meter. */
    public String id() {
        return id;
    }

    /** What the span is called, before the first of its values. */
    public String label() {
        return label;
    }

    /** The keys, in the order in which their values are given everywhere. */
    public List<String> keys() {
        return keys;
    }
}
