package dev.interlock.benchmark.retry;

/** Every tenth call meets a conflict, once. */
public class ConflictingCalls extends RetryCalls {

    public ConflictingCalls() {
        super(11);
    }
}
