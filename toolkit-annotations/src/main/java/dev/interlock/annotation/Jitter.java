package dev.interlock.annotation;

/** How the wait between two attempts is randomised. */
public enum Jitter {

    /** No randomness: exactly the backoff. */
    NONE,

    /** Uniform between zero and the backoff. */
    FULL,

    /** Half of the backoff, plus a uniform share of the other half. */
    EQUAL,

    /** Uniform between the first delay and three times the previous wait, capped by the maximum delay. */
    DECORRELATED
}
