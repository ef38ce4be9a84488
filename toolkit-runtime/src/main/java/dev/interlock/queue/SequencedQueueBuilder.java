package dev.interlock.queue;

import dev.interlock.annotation.Jitter;
import dev.interlock.guard.Backoff;
import java.time.Duration;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A sequenced queue to be. Confined to the thread that builds it.
 *
 * @param <T> the payload of the queue
 */
public final class SequencedQueueBuilder<T> {

    private final Queues queues;
    private final String name;
    private final Class<T> payload;
    private Handling handling = new Handling(4, 20, 10, WorkQueueBuilder.BACKOFF, true, Duration.ofDays(1));
    private OnHeadFailure onHeadFailure = OnHeadFailure.BLOCK;
    private @Nullable JobHandler<? super T> handler;

    SequencedQueueBuilder(Queues queues, String name, Class<T> payload) {
        this.queues = queues;
        this.name = name;
        this.payload = payload;
    }

    /**
     * Who deals with its submissions in this process. Without a handler they are submitted here and dealt with elsewhere; a Spring
     * Boot application finds the handler among its beans.
     */
    public SequencedQueueBuilder<T> handler(JobHandler<? super T> handler) {
        this.handler = handler;
        return this;
    }

    /**
     * The handler works outside of the database: it runs without a transaction and without a connection, and ends its
     * submission by {@link Job#complete} or by returning.
     */
    public SequencedQueueBuilder<T> outsideWork() {
        handling = handling.outsideWork();
        return this;
    }

    /**
     * How many keys this process deals with at a time; 4 unless set. Those of transactional queues have a connection each.
     *
     * @param keys 1 to 1,000
     */
    public SequencedQueueBuilder<T> concurrency(int keys) {
        handling = handling.withConcurrency(keys);
        return this;
    }

    /**
     * How many submissions of a key are read at once, after which, or after a second, another key gets its turn; 20 unless set.
     *
     * @param submissions 1 to 1,000
     */
    public SequencedQueueBuilder<T> batch(int submissions) {
        handling = handling.withBatch(submissions);
        return this;
    }

    /**
     * How often a submission is tried before {@link #onHeadFailure} decides; 10 unless set. Its key waits meanwhile.
     *
     * @param attempts 1 to 1,000
     */
    public SequencedQueueBuilder<T> maxAttempts(int attempts) {
        handling = handling.withMaxAttempts(attempts);
        return this;
    }

    /**
     * How long a failed submission, and so its key, waits for the next attempt; unless set from 1 s, doubled each time, to 5
     * min, of which between a half and the whole ({@link Jitter#EQUAL}).
     *
     * @param delay before the second attempt, 0 to 365 days
     * @param multiplier 1 or more
     * @param maxDelay at least {@code delay}, at most 365 days
     */
    public SequencedQueueBuilder<T> backoff(Duration delay, double multiplier, Duration maxDelay, Jitter jitter) {
        handling = handling.withBackoff(new Backoff(delay, multiplier, maxDelay, jitter));
        return this;
    }

    /**
     * How long the status of what has ended can be asked for; a day unless set.
     *
     * @param time 0 to 365 days
     */
    public SequencedQueueBuilder<T> retention(Duration time) {
        handling = handling.withRetention(time);
        return this;
    }

    /** What becomes of a key whose first submission has used up its attempts; {@link OnHeadFailure#BLOCK} unless set. */
    public SequencedQueueBuilder<T> onHeadFailure(OnHeadFailure decision) {
        onHeadFailure = Objects.requireNonNull(decision, "onHeadFailure");
        return this;
    }

    /**
     * The queue, which is worked while the {@link Queues} are started.
     *
     * @throws IllegalStateException if there is one of this name, or the {@link Queues} were started
     * @throws IllegalArgumentException if payloads of the type cannot be told apart or written
     */
    public SequencedQueue<T> create() {
        return queues.add(name, payload, handling, onHeadFailure, handler);
    }
}
