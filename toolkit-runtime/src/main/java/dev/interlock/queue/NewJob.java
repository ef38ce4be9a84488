package dev.interlock.queue;

import java.time.Duration;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A job that is about to be enqueued, with what is special about it. Immutable and thread-safe: the methods that set something
 * return another one.
 *
 * @param <T> the payload of the queue
 */
public final class NewJob<T> {

    private static final Duration SHORTEST_KEY = Duration.ofMillis(1);
    private static final Duration LONGEST_KEY = Duration.ofDays(365);

    private final WorkQueue<T> queue;
    private final T payload;
    private final Terms terms;

    /**
     * Everything but the payload.
     *
     * @param uniqueUntil when the unique key is free again, as the table has it
     * @param uniqueMillis how long it is taken, if that is a time
     * @param runningKey kept by one running job at a time
     */
    record Terms(
            int priority,
            Duration delay,
            byte @Nullable [] uniqueKey,
            @Nullable String uniqueUntil,
            @Nullable Long uniqueMillis,
            byte @Nullable [] runningKey) {

        static final Terms PLAIN = new Terms(0, Duration.ZERO, null, null, null, null);
    }

    NewJob(WorkQueue<T> queue, T payload, Terms terms) {
        this.queue = queue;
        this.payload = payload;
        this.terms = terms;
    }

    /**
     * Goes before all jobs of lower priority that are ready; 0 unless set.
     *
     * @param priority -32,768 to 32,767
     */
    public NewJob<T> priority(int priority) {
        if (priority != (short) priority) {
            throw new IllegalArgumentException("priority is " + priority + "; it has to be between " + Short.MIN_VALUE
                    + " and " + Short.MAX_VALUE);
        }
        return with(new Terms(
                priority, terms.delay, terms.uniqueKey, terms.uniqueUntil, terms.uniqueMillis, terms.runningKey));
    }

    /**
     * Is not ready before this has passed.
     *
     * @param delay 0 to 365 days
     */
    public NewJob<T> delay(Duration delay) {
        Handling.duration("delay", delay);
        return with(new Terms(
                terms.priority, delay, terms.uniqueKey, terms.uniqueUntil, terms.uniqueMillis, terms.runningKey));
    }

    /**
     * Keeps jobs of this queue with an equal key out, or is kept out.
     *
     * @param unique all but {@link Unique#UNTIL_EXPIRED}, which needs a time
     * @param key what makes it the same job, at least one part: strings, numbers, UUIDs, enums and dates, as in the keys of locks
     * @throws dev.interlock.key.InvalidKeyException if a part is none of these
     */
    public NewJob<T> unique(Unique unique, Object... key) {
        if (Objects.requireNonNull(unique, "unique") == Unique.UNTIL_EXPIRED) {
            throw new IllegalArgumentException("UNTIL_EXPIRED needs a time; use uniqueFor(Duration, key…)");
        }
        byte[] digest = queue.digest(key);
        boolean waits = unique != Unique.WHILE_EXECUTING;
        boolean runs = unique == Unique.WHILE_EXECUTING || unique == Unique.UNTIL_AND_WHILE_EXECUTING;
        String until = unique == Unique.UNTIL_EXECUTED ? "executed" : "executing";
        return with(new Terms(
                terms.priority, terms.delay, waits ? digest : null, waits ? until : null, null, runs ? digest : null));
    }

    /**
     * {@link Unique#UNTIL_EXPIRED}: keeps jobs with an equal key out for this time, counted from now.
     *
     * @param time 1 ms to 365 days
     * @param key as in {@link #unique}
     */
    public NewJob<T> uniqueFor(Duration time, Object... key) {
        if (time.compareTo(SHORTEST_KEY) < 0 || time.compareTo(LONGEST_KEY) > 0) {
            throw new IllegalArgumentException("time is " + time + "; it has to be between 1 ms and 365 days");
        }
        return with(new Terms(terms.priority, terms.delay, queue.digest(key), "expired", time.toMillis(), null));
    }

    /**
     * Enqueues it in the caller's transaction, or in one of its own if there is none: it is there exactly if that commits.
     *
     * <p>An equal unique key in a transaction that has not ended is waited for.
     *
     * @throws InvalidPayloadException if the payload cannot be stored; nothing was enqueued
     */
    public Enqueued enqueue() {
        return queue.enqueue(payload, terms);
    }

    private NewJob<T> with(Terms changed) {
        return new NewJob<>(queue, Objects.requireNonNull(payload, "payload"), changed);
    }
}
