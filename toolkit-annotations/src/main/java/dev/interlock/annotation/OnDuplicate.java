package dev.interlock.annotation;

/** What a duplicate does while the first call with its key is still running. */
public enum OnDuplicate {

    /** Wait for the first and replay its outcome. */
    WAIT,

    /** Throw {@code DuplicateInProgressException}. */
    REJECT,

    /** Return without a result. */
    SKIP
}
