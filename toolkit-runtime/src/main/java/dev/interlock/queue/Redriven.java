package dev.interlock.queue;

import java.util.UUID;

/** What became of a dead letter that was to be driven again. */
public sealed interface Redriven {

    /** It is ready, with all its attempts before it. */
    record Again() implements Redriven {}

    /** There is no such dead letter: it was driven again or discarded already, or never was one. */
    record Missing() implements Redriven {}

    /**
     * Another job with its unique key is in the queue; it stays a dead letter.
     *
     * @param other the other job
     */
    record Duplicate(UUID other) implements Redriven {}
}
