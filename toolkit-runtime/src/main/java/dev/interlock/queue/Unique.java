package dev.interlock.queue;

/**
 * How long a job keeps others with its unique key out. Keys belong to one queue; what keeps them unique is an index over the
 * jobs themselves, so nothing is left behind by a crash.
 */
public enum Unique {
    /** From enqueuing until a worker claims the job; another may be enqueued while it runs. A later attempt keeps nobody out. */
    UNTIL_EXECUTING,
    /** From enqueuing until the job is done or a dead letter, whatever number of attempts that takes. */
    UNTIL_EXECUTED,
    /** From enqueuing for a time that is given, whether the job is done before it has passed or not. */
    UNTIL_EXPIRED,
    /** Any number may be enqueued, but only one runs at a time; the others are put aside until it has ended. */
    WHILE_EXECUTING,
    /** {@link #UNTIL_EXECUTING} and {@link #WHILE_EXECUTING}: one that waits and one that runs. */
    UNTIL_AND_WHILE_EXECUTING
}
