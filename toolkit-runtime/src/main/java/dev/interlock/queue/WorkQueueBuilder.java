package dev.interlock.queue;

import dev.interlock.annotation.Jitter;
import dev.interlock.guard.Backoff;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * A work queue to be. Confined to the thread that builds it.
 *
 * @param <T> the payload of the queue
 */
public final class WorkQueueBuilder<T> {

    static final Backoff BACKOFF = new Backoff(Duration.ofSeconds(1), 2, Duration.ofMinutes(5), Jitter.EQUAL);

    private final Queues queues;
    private final String name;
    private final Class<T> payload;
    private Handling handling = new Handling(4, 50, 10, BACKOFF, true, Duration.ZERO);
    private @Nullable JobHandler<? super T> handler;

    WorkQueueBuilder(Queues queues, String name, Class<T> payload) {
        this.queues = queues;
        this.name = name;
        this.payload = payload;
    }

    /**
     * Who does its jobs in this process. Without a handler jobs are enqueued here and done elsewhere; a Spring Boot application
     * finds the handler among its beans.
     */
    public WorkQueueBuilder<T> handler(JobHandler<? super T> handler) {
        this.handler = handler;
        return this;
    }

    /**
     * The handler works outside of the database: it runs without a transaction and without a connection, and ends its job by
     * {@link Job#complete} or by returning.
     */
    public WorkQueueBuilder<T> outsideWork() {
        handling = handling.outsideWork();
        return this;
    }

    /**
     * How many jobs this process does at a time; 4 unless set. Those of transactional queues have a connection each.
     *
     * @param jobs 1 to 1,000
     */
    public WorkQueueBuilder<T> concurrency(int jobs) {
        handling = handling.withConcurrency(jobs);
        return this;
    }

    /**
     * How many jobs one statement claims at most; 50 unless set. Jobs are claimed beyond those that can begin at once only as far
     * as they will begin within about 50 ms, judged by how long the last ones took.
     *
     * @param jobs 1 to 1,000
     */
    public WorkQueueBuilder<T> batch(int jobs) {
        handling = handling.withBatch(jobs);
        return this;
    }

    /**
     * How often a job is tried before it is a dead letter; 10 unless set.
     *
     * @param attempts 1 to 1,000
     */
    public WorkQueueBuilder<T> maxAttempts(int attempts) {
        handling = handling.withMaxAttempts(attempts);
        return this;
    }

    /**
     * How long a failed job waits for its next attempt; unless set from 1 s, doubled each time, to 5 min, of which between a half
     * and the whole ({@link Jitter#EQUAL}).
     *
     * @param delay before the second attempt, 0 to 365 days
     * @param multiplier 1 or more
     * @param maxDelay at least {@code delay}, at most 365 days
     */
    public WorkQueueBuilder<T> backoff(Duration delay, double multiplier, Duration maxDelay, Jitter jitter) {
        handling = handling.withBackoff(new Backoff(delay, multiplier, maxDelay, jitter));
        return this;
    }

    /**
     * How long a job that is done leaves a row, without its payload; unless set it leaves none.
     *
     * @param time 0 to 365 days
     */
    public WorkQueueBuilder<T> retention(Duration time) {
        handling = handling.withRetention(time);
        return this;
    }

    /**
     * The queue, whose jobs are done while the {@link Queues} are started.
     *
     * @throws IllegalStateException if there is one of this name, or the {@link Queues} were started
     * @throws IllegalArgumentException if payloads of the type cannot be told apart or written
     */
    public WorkQueue<T> create() {
        return queues.add(name, payload, handling, handler);
    }
}
