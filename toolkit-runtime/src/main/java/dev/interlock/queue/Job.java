package dev.interlock.queue;

import dev.interlock.guard.ThrowingRunnable;
import java.util.UUID;

/** The job that a handler is called for. Belongs to that call; {@link #isLost} may be asked from any thread. */
public interface Job {

    /** The same at every attempt, and so fit as an idempotency key for other systems. */
    UUID id();

    /** The name of its queue. */
    String queue();

    /**
     * Which attempt this is, 1 for the first. Attempts are counted when a job is claimed, so that one that kills its process
     * has an end; a job whose process died before it was begun may count one too many.
     */
    int attempt();

    /** Whether the job is a dead letter if this attempt fails. */
    boolean isLastAttempt();

    /**
     * Whether the claim is known to be lost, as after a pause that was longer than the lease: somebody else may be at it, and
     * what this attempt writes in its transaction will be rolled back. For long outside work that should stop early. Noticed
     * within the heartbeat, a quarter of the lease.
     */
    boolean isLost();

    /**
     * Does work in a transaction that also ends the job: both are committed, or neither. For handlers of a queue made with
     * {@code outsideWork()}, after the outside work, and at most once in an attempt. Takes part in the caller's transaction of
     * the queue's DataSource, if there is one. A handler that never calls it ends its job by returning.
     *
     * @throws ClaimLostException if the claim was lost; the transaction is rolled back
     * @throws IllegalStateException in a transactional queue, and at a second call
     */
    <E extends Exception> void complete(ThrowingRunnable<E> work) throws E;
}
