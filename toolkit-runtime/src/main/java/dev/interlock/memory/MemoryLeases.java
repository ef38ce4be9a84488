package dev.interlock.memory;

import dev.interlock.guard.Clock;
import dev.interlock.idempotency.Completed;
import dev.interlock.idempotency.HeldRecord;
import dev.interlock.idempotency.LeasedRecords;
import dev.interlock.idempotency.RecordKey;
import dev.interlock.idempotency.Resolution;
import dev.interlock.idempotency.Sight;
import dev.interlock.idempotency.StoredOutcome;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Leases in the memory of this process, for development without a database: other processes see nothing of them, and they
 * end with it. Expired records are removed now and then, by whoever claims.
 *
 * <p><b>Concurrency.</b> An entry is immutable and replaced atomically, so each method is one step. Thread-safe.
 */
public final class MemoryLeases implements LeasedRecords {

    private static final int SWEEP = 1_000;

    private final ConcurrentMap<String, Entry> entries = new ConcurrentHashMap<>();
    private final AtomicLong claims = new AtomicLong();
    private final Clock clock;

    /** @param outcome {@code null} while it is claimed */
    private record Entry(
            Request request,
            long fence,
            @Nullable StoredOutcome outcome,
            Instant claimedAt,
            long leaseEndNanos,
            long expiresNanos) {

        boolean isOf(Lease lease) {
            return outcome == null && request.owner() == lease.request().owner();
        }

        Entry completed(StoredOutcome result, long expires) {
            return new Entry(request, fence, result, claimedAt, leaseEndNanos, expires);
        }

        Entry until(long leaseEnd) {
            return new Entry(request, fence, outcome, claimedAt, leaseEnd, expiresNanos);
        }
    }

    public MemoryLeases(Clock clock) {
        this.clock = clock;
    }

    @Override
    public String name() {
        return "memory";
    }

    @Override
    public Claim claim(Request request) {
        if (claims.incrementAndGet() % SWEEP == 0) {
            long now = clock.nanoTime();
            entries.values().removeIf(entry -> sight(entry, now) instanceof Sight.Free);
        }
        long now = clock.nanoTime();
        Entry after = entries.compute(request.key().hex(), (id, there) -> {
            boolean takenOver = there != null && there.outcome() == null;
            if (!(sight(there, now) instanceof Sight.Free)
                    || takenOver && request.differsFrom(there.request().fingerprint())) {
                return there;
            }
            return new Entry(
                    request,
                    takenOver ? there.fence() + 1 : 1,
                    null,
                    takenOver ? there.claimedAt() : Instant.now(),
                    now + request.lease().toNanos(),
                    0);
        });
        if (after.request() == request) {
            return new Claim.Granted(new Lease(request, after.fence(), now));
        }
        boolean reused =
                after.outcome() == null && request.differsFrom(after.request().fingerprint());
        return new Claim.Refused(reused ? Sight.REUSED : sight(after, now));
    }

    private static Sight sight(@Nullable Entry entry, long now) {
        if (entry == null) {
            return Sight.FREE;
        }
        StoredOutcome outcome = entry.outcome();
        if (outcome != null) {
            long life = entry.expiresNanos() - now;
            return life <= 0
                    ? Sight.FREE
                    : new Sight.Done(Completed.of(outcome, entry.request().fingerprint(), now, Duration.ofNanos(life)));
        }
        if (entry.leaseEndNanos() - now > 0) {
            return Sight.IN_FLIGHT;
        }
        return entry.request().hold() ? Sight.HELD : Sight.FREE;
    }

    @Override
    public Sight find(RecordKey key) {
        return sight(entries.get(key.hex()), clock.nanoTime());
    }

    @Override
    public Set<Lease> renew(Collection<Lease> leases) {
        Set<Lease> lost = new HashSet<>();
        for (Lease lease : leases) {
            if (!change(
                    lease,
                    entry -> entry.until(
                            clock.nanoTime() + lease.request().lease().toNanos()))) {
                lost.add(lease);
            }
        }
        return lost;
    }

    @Override
    public boolean complete(Lease lease, StoredOutcome outcome) {
        return change(
                lease,
                entry -> entry.completed(
                        outcome, clock.nanoTime() + lease.request().ttl().toNanos()));
    }

    @Override
    public boolean release(Lease lease) {
        return change(lease, entry -> null);
    }

    @Override
    public boolean abandon(Lease lease) {
        return change(lease, entry -> entry.until(clock.nanoTime()));
    }

    private boolean change(Lease lease, UnaryOperator<@Nullable Entry> change) {
        boolean[] ours = new boolean[1];
        entries.computeIfPresent(lease.key().hex(), (id, entry) -> {
            ours[0] = entry.isOf(lease);
            return ours[0] ? change.apply(entry) : entry;
        });
        return ours[0];
    }

    @Override
    public List<HeldRecord> held(int most) {
        long now = clock.nanoTime();
        return entries.entrySet().stream()
                .filter(entry -> sight(entry.getValue(), now) instanceof Sight.Held)
                .map(entry -> held(entry.getKey(), entry.getValue(), now))
                .sorted(Comparator.comparing(HeldRecord::claimedAt))
                .limit(most)
                .toList();
    }

    private static HeldRecord held(String id, Entry entry, long now) {
        return new HeldRecord(
                id,
                entry.request().key().name(),
                entry.claimedAt(),
                Instant.now().minusNanos(now - entry.leaseEndNanos()));
    }

    @Override
    public boolean resolve(String id, Resolution resolution) {
        boolean[] held = new boolean[1];
        entries.computeIfPresent(id, (same, entry) -> {
            long now = clock.nanoTime();
            held[0] = sight(entry, now) instanceof Sight.Held;
            if (!held[0]) {
                return entry;
            }
            return resolution instanceof Resolution.Complete complete
                    ? entry.completed(complete.outcome(), now + complete.ttl().toNanos())
                    : null;
        });
        return held[0];
    }
}
