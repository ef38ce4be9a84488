package dev.interlock.fault;

/** Where an idempotent call can be stopped or its worker killed, in the order in which a call comes by. */
enum CallPoint {
    /** The key is claimed, the body has begun. */
    CLAIMED,
    /** The effect is there, in its transaction or outside. */
    EFFECT_WRITTEN,
    /** Everything is written but the COMMIT, or the outcome of a leased call. */
    BEFORE_COMMIT,
    /** The COMMIT has been carried out, or the outcome of a leased call is recorded. */
    AFTER_COMMIT,
    /** The caller has the answer. */
    ANSWERED
}
