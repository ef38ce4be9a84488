package dev.interlock.spring;

import dev.interlock.idempotency.LeasedRecords;
import java.util.Optional;

/** A store of leases outside the database, for all DataSources alike. */
interface LeasesElsewhere {

    /** Makes it if need be; empty if what it needs is missing. */
    Optional<LeasedRecords> find();

    /** Empty if nobody has asked for it. */
    Optional<LeasedRecords> inUse();

    /** What to do when {@link #find} was empty, as the rest of a sentence. */
    String remedy();

    static LeasesElsewhere of(LeasedRecords records) {
        return new LeasesElsewhere() {
            @Override
            public Optional<LeasedRecords> find() {
                return Optional.of(records);
            }

            @Override
            public Optional<LeasedRecords> inUse() {
                return find();
            }

            @Override
            public String remedy() {
                return "nothing is missing";
            }
        };
    }

    static LeasesElsewhere nowhere(String remedy) {
        return new LeasesElsewhere() {
            @Override
            public Optional<LeasedRecords> find() {
                return Optional.empty();
            }

            @Override
            public Optional<LeasedRecords> inUse() {
                return Optional.empty();
            }

            @Override
            public String remedy() {
                return remedy;
            }
        };
    }
}
