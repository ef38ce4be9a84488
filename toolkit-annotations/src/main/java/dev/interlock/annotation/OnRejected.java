package dev.interlock.annotation;

/** What a call does when the state machine does not allow its transition. */
public enum OnRejected {

    /** Throw {@code IllegalTransitionException}, which names both states. */
    THROW,

    /** Return without a result. */
    SKIP
}
