package dev.interlock.idempotency;

import java.time.Duration;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Set;

/**
 * Records whose claims are leases: visible to everybody at once, and given up by their holder or by its silence.
 *
 * <p><b>Contract.</b> Among all processes that share the store, one caller at a time has the lease of a key. Whatever a
 * holder does is checked against its owner id, in one step with the change: after somebody else has taken over, it changes
 * nothing and is told so. Leases and lives are measured by the clock of the store.
 *
 * <p>Thread-safe. No method waits for another caller. Every method throws {@link IdempotencyStoreException} if the store
 * does not answer; whether a change was made is then unknown.
 */
public interface LeasedRecords {

    /**
     * A claim.
     *
     * @param owner of one claim, never used again
     * @param lease how long it lives from now and from each renewal
     * @param ttl how long the record lives once it is complete
     * @param hold whether nobody may take over a lease that has expired
     */
    record Request(RecordKey key, byte[] fingerprint, long owner, Duration lease, Duration ttl, boolean hold) {

        /** Whether a record with this fingerprint was made by a call with other arguments. */
        public boolean differsFrom(byte[] recorded) {
            return fingerprint.length > 0 && recorded.length > 0 && !Arrays.equals(fingerprint, recorded);
        }
    }

    /**
     * A granted claim.
     *
     * @param fence 1 for the first holder of the record, one more for each that took over
     * @param askedNanos when it was asked for, on the monotonic clock
     */
    record Lease(Request request, long fence, long askedNanos) {

        public RecordKey key() {
            return request.key();
        }
    }

    /** What became of a request. */
    sealed interface Claim {

        record Granted(Lease lease) implements Claim {}

        /** Never free. */
        record Refused(Sight sight) implements Claim {}
    }

    /** Name for messages: {@code postgres}, {@code redis}, {@code memory}. */
    String name();

    /**
     * Claims the key if there is no record, an expired one, or one whose lease has expired and may be taken over. A record of
     * a call with other arguments that has no outcome yet is told as {@link Sight.Reused}.
     */
    Claim claim(Request request);

    /** What there is now, for those who wait. */
    Sight find(RecordKey key);

    /**
     * Renews leases.
     *
     * @return those that are not their holders' any more
     */
    Set<Lease> renew(Collection<Lease> leases);

    /** Records the outcome and ends the lease. */
    boolean complete(Lease lease, StoredOutcome outcome);

    /** Removes the record, as if there had been no call. */
    boolean release(Lease lease);

    /** Ends the lease and leaves the record, so that it is held. */
    boolean abandon(Lease lease);

    /**
     * Records that are held: their lease has ended without an outcome, and nobody may take over.
     *
     * @param most how many to return at most, oldest first
     */
    List<HeldRecord> held(int most);

    /**
     * Ends the hold of one record.
     *
     * @param id as {@link HeldRecord#id()}
     * @return false if there is no held record of this id
     */
    boolean resolve(String id, Resolution resolution);
}
