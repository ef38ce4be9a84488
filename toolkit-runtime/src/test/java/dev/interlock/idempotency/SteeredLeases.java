package dev.interlock.idempotency;

import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;

/** A real store whose renewals of one key wait, on their way to it, for what the test wants to come first. */
final class SteeredLeases implements LeasedRecords {

    private static final int LONGEST_SECONDS = 60;

    final CountDownLatch renewing = new CountDownLatch(1);
    final CountDownLatch renewed = new CountDownLatch(1);
    final CountDownLatch renewedAgain = new CountDownLatch(1);
    final CountDownLatch completed = new CountDownLatch(1);
    final CountDownLatch abandoned = new CountDownLatch(1);

    private final LeasedRecords records;
    private final RecordKey steered;
    private volatile Runnable beforeRenewal = () -> {};
    private volatile Runnable afterCompletion = () -> {};

    SteeredLeases(LeasedRecords records, RecordKey steered) {
        this.records = records;
        this.steered = steered;
    }

    /** @param first on the thread of the renewal, which then goes on */
    void beforeRenewal(Runnable first) {
        this.beforeRenewal = first;
    }

    /** @param then on the thread of the call, which then goes on */
    void afterCompletion(Runnable then) {
        this.afterCompletion = then;
    }

    static void await(CountDownLatch latch) {
        Awaitility.await().atMost(LONGEST_SECONDS, TimeUnit.SECONDS).until(() -> latch.getCount() == 0);
    }

    @Override
    public Set<Lease> renew(Collection<Lease> leases) {
        if (renewed.getCount() == 0) {
            renewedAgain.countDown();
        }
        if (leases.stream().noneMatch(lease -> lease.key().equals(steered))) {
            return records.renew(leases);
        }
        renewing.countDown();
        beforeRenewal.run();
        Set<Lease> lost = records.renew(leases);
        renewed.countDown();
        return lost;
    }

    @Override
    public boolean complete(Lease lease, StoredOutcome outcome) {
        boolean ours = records.complete(lease, outcome);
        completed.countDown();
        afterCompletion.run();
        return ours;
    }

    @Override
    public boolean abandon(Lease lease) {
        boolean ours = records.abandon(lease);
        abandoned.countDown();
        return ours;
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
    public boolean release(Lease lease) {
        return records.release(lease);
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
