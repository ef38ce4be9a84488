package dev.interlock.annotation;

/** Kinds of transient conflict, told apart by SQLSTATE. */
public enum Conflict {

    /** Serialization failure, 40001. */
    SERIALIZATION,

    /** Deadlock detected, 40P01. */
    DEADLOCK,

    /** Optimistic locking failure: the row changed since it was read in this attempt. */
    OPTIMISTIC,

    /** Lock not available within the lock timeout, 55P03. */
    LOCK_TIMEOUT,

    /** Violation of one of the named unique or exclusion constraints, 23505 or 23P01. */
    UNIQUE,

    /** Connection lost before COMMIT was sent. */
    CONNECTION
}
