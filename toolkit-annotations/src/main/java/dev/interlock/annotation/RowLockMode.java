package dev.interlock.annotation;

/** The row lock that Postgres takes, from strongest to weakest. */
public enum RowLockMode {

    /** {@code FOR UPDATE}. */
    UPDATE,

    /** {@code FOR NO KEY UPDATE}: does not block inserts of rows that refer to this one. */
    NO_KEY_UPDATE,

    /** {@code FOR SHARE}. */
    SHARE,

    /** {@code FOR KEY SHARE}. */
    KEY_SHARE
}
