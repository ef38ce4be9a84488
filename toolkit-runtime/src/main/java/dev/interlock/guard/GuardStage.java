package dev.interlock.guard;

/**
 * Where a step stands around the method. The order of the constants is the nesting order, outermost first; there is no other
 * place where it is decided.
 */
public enum GuardStage {
    /** Skip or fallback for a guard that refused the call: outside everything, so that it is never an outcome or an attempt. */
    UNAVAILABLE,
    /** Remembered outcome, single flight in the JVM and leased claim of an idempotent call. */
    IDEMPOTENCY,
    /** Distributed mutex. */
    MUTEX,
    /** Advisory lock of session scope, and the JVM gate of transaction scope: waits here hold no pooled connection. */
    ADVISORY_LOCK,
    /** Retry: everything below runs afresh on each attempt. */
    RETRY,
    /** What begins anew with each attempt, outside its transaction. */
    ATTEMPT,
    /** The transaction that the pipeline opens when a stage below needs one. */
    TRANSACTION,
    /** Fence claim of a mutex or session lock, first statement of the transaction. */
    FENCE,
    /** Advisory lock of transaction scope. */
    ADVISORY_TRANSACTION_LOCK,
    /** Row lock. */
    ROW_LOCK,
    /** Idempotency claim in the transaction. */
    IDEMPOTENCY_CLAIM,
    /** State transition. */
    STATE_TRANSITION;

    /** Whether steps of this stage run inside the transaction and so need one. */
    public boolean inTransaction() {
        return compareTo(TRANSACTION) > 0;
    }
}
