package dev.interlock.annotation;

/** How a distributed mutex protects its effects against a holder that was paused past its lease. */
public enum Fencing {

    /** {@link #ENFORCED} where the guarded method opens a writing Postgres transaction, else {@link #TOKEN}. */
    AUTO,

    /** The token is claimed in Postgres as the first statement of the body's transaction; a stale holder is rolled back. */
    ENFORCED,

    /** A token is drawn and handed to the body, which must check it itself. */
    TOKEN,

    /** No token. The mutex is an efficiency lock only. */
    NONE
}
