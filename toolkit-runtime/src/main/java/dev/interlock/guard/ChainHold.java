package dev.interlock.guard;

/** Something a call chain holds: the spine keeps it findable for nested calls and tells it about transactions. */
public interface ChainHold {

    /** Whether this hold stands for the given key, so that a nested call for it re-enters. */
    boolean standsFor(Object key);

    /** Whether a nested call may rely on it now. Otherwise it only keeps its place, as a lock of a transaction that has ended. */
    boolean isEffective();

    /** Whether nothing is held any more. */
    boolean isReleased();

    /**
     * Called before each COMMIT of a transaction on the holding thread, perhaps more than once.
     *
     * @throws dev.interlock.InterlockException to veto the commit, because the hold was lost
     */
    void beforeCommit(CommitCheck check);

    /** Called once for each {@link TransactionScope#bind binding}, when that transaction ended or rolled back behind it. */
    void unbound(TransactionScope scope);
}
