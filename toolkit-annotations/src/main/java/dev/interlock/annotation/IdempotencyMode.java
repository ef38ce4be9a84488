package dev.interlock.annotation;

/** How the record of an idempotent call relates to its effect. */
public enum IdempotencyMode {

    /** Claim, effect and outcome in one transaction: exactly-once effects; a crash leaves nothing. */
    TRANSACTIONAL,

    /** A committed claim with a lease, for effects outside the database. */
    LEASED
}
