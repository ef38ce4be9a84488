package dev.interlock.queue;

import java.util.UUID;

/** What became of a job that was to be enqueued. */
public sealed interface Enqueued {

    /** The job that is in the queue: this one, or the one that kept it out. */
    UUID id();

    /** It is in the queue, once the caller's transaction has committed. */
    record Added(UUID id) implements Enqueued {}

    /**
     * It was kept out by a job with the same unique key, and nothing was changed.
     *
     * @param id that of the other job
     */
    record Duplicate(UUID id) implements Enqueued {}

    default boolean isAdded() {
        return this instanceof Added;
    }
}
