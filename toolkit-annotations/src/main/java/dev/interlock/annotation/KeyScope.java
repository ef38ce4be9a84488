package dev.interlock.annotation;

/** Who shares an idempotency key. */
public enum KeyScope {

    /** {@link #CALLER} when the key comes from the {@code Idempotency-Key} header, {@link #SHARED} when {@code key} is given. */
    AUTO,

    /** The key belongs to the authenticated principal. A call without a principal is an error. */
    CALLER,

    /** The key is shared by all callers. */
    SHARED
}
