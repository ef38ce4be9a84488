package dev.interlock.idempotency;

import dev.interlock.guard.Deadline;
import java.time.Duration;

/**
 * Records of one database that commit with the effects they stand for.
 *
 * <p><b>Contract.</b> A claim belongs to the transaction bound to the calling thread and ends with it. While it stands, no
 * other transaction is granted one for the key, and none of the methods waits for it but the one that takes a deadline. A
 * record is visible to others as soon as the claim has ended with a commit, not before.
 *
 * <p>Thread-safe. Every method throws {@link IdempotencyStoreException} if the store does not answer, and what the
 * transaction's owner knows as a retryable conflict if the database found one.
 */
public interface TransactionalRecords {

    /** What transactions must be bound to so that they can carry a claim; usually a DataSource. */
    Object resource();

    /** Looks for a record, outside of any transaction of the caller. Says free where a transaction has a claim. */
    Sight find(RecordKey key);

    /** As {@link #find}, but says in flight where a transaction has a claim, even one whose client has gone. */
    Sight probe(RecordKey key);

    /** Claims the key for the bound transaction, unless there is a record or another claim. Free means claimed. */
    Sight claim(RecordKey key);

    /**
     * As {@link #claim}, but waits for another transaction's claim to end, on the bound transaction's connection.
     *
     * @return in flight if the deadline came first; the transaction is usable then
     */
    Sight claim(RecordKey key, Deadline deadline) throws InterruptedException;

    /**
     * Records the outcome in the bound transaction, which has the claim.
     *
     * @param ttl how long from now the record lives
     * @return false if there is another record, so that this transaction must roll back
     */
    boolean complete(RecordKey key, byte[] fingerprint, StoredOutcome outcome, Duration ttl);

    /** Records an outcome that has no effect in the database, in a transaction of its own, unless somebody was faster. */
    boolean completeApart(RecordKey key, byte[] fingerprint, StoredOutcome outcome, Duration ttl);

    /** Whether a transaction whose COMMIT was sent and failed this way is known to be rolled back. */
    boolean provesRollback(Throwable commitFailure);
}
