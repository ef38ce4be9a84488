package dev.interlock.fault;

import dev.interlock.idempotency.HeldRecord;
import dev.interlock.idempotency.LeasedRecords;
import dev.interlock.idempotency.RecordKey;
import dev.interlock.idempotency.Resolution;
import dev.interlock.idempotency.Sight;
import dev.interlock.idempotency.StoredOutcome;
import java.util.Collection;
import java.util.List;
import java.util.Set;

/** A store of leases whose callers stop before and after an outcome is recorded. */
record PointedLeases(LeasedRecords records, Points points) implements LeasedRecords {

    @Override
    public boolean complete(Lease lease, StoredOutcome outcome) {
        points.reach(CallPoint.BEFORE_COMMIT);
        boolean completed = records.complete(lease, outcome);
        points.reach(CallPoint.AFTER_COMMIT);
        return completed;
    }

    @Override
    public String name() {
        return records.name();
    }

    @Override
    public Claim claim(Request request) {
        return records.claim(request);
    }

    @Override
    public Sight find(RecordKey key) {
        return records.find(key);
    }

    @Override
    public Set<Lease> renew(Collection<Lease> leases) {
        return records.renew(leases);
    }

    @Override
    public boolean release(Lease lease) {
        return records.release(lease);
    }

    @Override
    public boolean abandon(Lease lease) {
        return records.abandon(lease);
    }

    @Override
    public List<HeldRecord> held(int most) {
        return records.held(most);
    }

    @Override
    public boolean resolve(String id, Resolution resolution) {
        return records.resolve(id, resolution);
    }
}
