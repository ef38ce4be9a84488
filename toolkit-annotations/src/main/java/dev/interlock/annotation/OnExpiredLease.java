package dev.interlock.annotation;

/** What happens to a leased claim whose holder has gone. */
public enum OnExpiredLease {

    /** The next call runs the body again: at least once. */
    RETRY,

    /** The record is held until somebody resolves it: at most once, outcome unknown. */
    HOLD
}
