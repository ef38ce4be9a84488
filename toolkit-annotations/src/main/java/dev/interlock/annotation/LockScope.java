package dev.interlock.annotation;

/** What an advisory lock belongs to. Holders of one key exclude each other whatever their scope. */
public enum LockScope {

    /**
     * Decided at start-up and printed in the plan: {@link #TRANSACTION} where the method runs in its own {@code REQUIRED} or
     * {@code MANDATORY} transaction under {@code READ COMMITTED}, else {@link #SESSION}.
     */
    AUTO,

    /** The lock is taken as the first statement of the transaction and ends with it. Requires {@code READ COMMITTED}. */
    TRANSACTION,

    /**
     * The lock is taken on a connection of the toolkit before the transaction begins. It is released when the method has
     * ended and any transaction that surrounded the call has completed.
     */
    SESSION
}
