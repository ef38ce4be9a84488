package dev.interlock.fanout;

/** What a {@link FanOut} does when a call throws or its time is up. */
public enum OnFailure {

    /**
     * Gives up the rest: calls that run are interrupted and no longer waited for, those not yet started never start; both
     * are {@link CallOutcome.Cancelled}.
     */
    FAIL_FAST,

    /** Goes on, so that every call has an outcome of its own. */
    COLLECT
}
