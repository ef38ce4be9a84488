package dev.interlock.queue;

/**
 * Does the work of a queue. With the Spring Boot starter, a bean of this type handles the queue with the same type of payload.
 *
 * <p>Called by as many threads at a time as the queue's concurrency says, with nothing of the thread that enqueued. In a
 * transactional queue, which is the default, it runs inside a transaction of the queue's DataSource that also ends the job, so
 * that what it writes there happens exactly once. In a queue made with {@code outsideWork()} it runs without a transaction and
 * without a connection, and ends the job by {@link Job#complete}.
 *
 * <p>An exception rolls the transaction back, and the job is tried again after a backoff until its attempts are used up;
 * {@link JobRejectedException} ends it at once. A handler is interrupted when its application ends and has not waited long
 * enough for it; the job then goes back without a loss of attempts.
 *
 * @param <T> the payload of the queue
 */
@FunctionalInterface
public interface JobHandler<T> {

    /**
     * Does one job.
     *
     * @throws Exception whatever keeps the job from being done now
     */
    void handle(T payload, Job job) throws Exception;
}
