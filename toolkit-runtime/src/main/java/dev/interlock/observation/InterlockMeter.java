package dev.interlock.observation;

import java.util.List;

/** Every meter there is: its name and its tags, none of which ever holds a key, a principal or a payload. */
public enum InterlockMeter {
    LOCK_ACQUIRE("interlock.lock.acquire", "From asking for a lock to having it, or not", "name", "backend", "outcome"),
    LOCK_HOLD("interlock.lock.hold", "From having a lock to giving it back", "name", "backend"),
    LOCK_HELD("interlock.lock.held", "Locks that this process holds", "backend"),
    LOCK_WAITERS("interlock.lock.waiters", "Calls of this process that wait for a lock", "backend"),
    LOCK_LOST("interlock.lock.lost", "Locks that were lost while they were held", "name", "backend"),
    LOCK_FENCE_REJECTED("interlock.lock.fence.rejected", "Transactions of overtaken holders, rolled back", "name"),
    LOCK_HANDOFFS("interlock.lock.handoffs", "Locks passed on inside this process", "backend"),
    RETRY_CONFLICTS(
            "interlock.retry.conflicts", "Attempts that met a conflict", "name", "conflict", "state", "outcome"),
    RETRY_BUDGET_EXHAUSTED(
            "interlock.retry.budget.exhausted", "Retries that were not made since their budget was spent", "name"),
    IDEMPOTENCY_CALLS("interlock.idempotency.calls", "Idempotent calls by what became of them", "name", "result"),
    QUEUE_DEPTH("interlock.queue.depth", "What is in a queue", "queue", "state"),
    QUEUE_JOBS("interlock.queue.jobs", "From the begin of a job's handling to its end", "queue", "outcome"),
    QUEUE_OLDEST("interlock.queue.oldest", "How long the oldest ready job has been ready", "queue"),
    FANOUT_CALLS("interlock.fanout.calls", "From the start of an outside call to its outcome", "outcome"),
    HTTP_CONFLICTS("interlock.http.conflicts", "Requests answered with a conflict", "method", "uri", "problem");

    private final String id;
    private final String description;
    private final List<String> tags;

    InterlockMeter(String id, String description, String... tags) {
        this.id = id;
        this.description = description;
        this.tags = List.of(tags);
    }

    /** The name, with dots. */
    public String id() {
        return id;
    }

    public String description() {
        return description;
    }

    /** The keys of its tags, in the order in which their values are given everywhere. */
    public List<String> tags() {
        return tags;
    }

    /** The unit of a gauge, empty if it counts things. */
    public String unit() {
        return this == QUEUE_OLDEST ? "seconds" : "";
    }

    /** One value for two sources with the same tags. */
    double merge(double one, double other) {
        return this == QUEUE_OLDEST ? Math.max(one, other) : one + other;
    }
}
