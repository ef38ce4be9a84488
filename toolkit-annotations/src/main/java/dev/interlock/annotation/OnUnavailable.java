package dev.interlock.annotation;

/** What a call does when its lock could not be taken within the wait time. The body is never run unguarded. */
public enum OnUnavailable {

    /** Throw {@code LockNotAcquiredException}. */
    THROW,

    /** Return without a result: {@code null}, an empty {@code Optional} or a completed stage. Refused on primitive return types. */
    SKIP,

    /** Call the method named by {@code fallback}, outside lock and transaction. */
    FALLBACK
}
