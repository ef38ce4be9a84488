package dev.interlock.idempotency;

/** The transaction that a call's body runs in. */
interface CallTransaction {

    /** Sends what the persistence layer has kept back, so that the outcome shows it and its errors come before the record. */
    void flush();

    /** Makes sure that the call's own transaction rolls back; not called in one of the caller. */
    void rollbackOnly();

    /** Whether the transaction commits although the body threw this. */
    boolean commitsOn(Throwable thrown);
}
