package dev.interlock.idempotency;

import java.util.Collection;
import java.util.Optional;

/** Finds the space that an annotation's {@code dataSource} names. */
public interface IdempotencySpaces {

    /**
     * @param dataSource bean name, empty for the primary DataSource
     * @return empty if there is no such DataSource
     */
    Optional<IdempotencySpace> find(String dataSource);

    /** Every store of leases that somebody has named so far. */
    Collection<LeasedRecords> leasedInUse();

    /** What to do when {@link #find} was empty or the space has no store, as the rest of a sentence. */
    String remedy();
}
