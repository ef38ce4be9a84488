package dev.interlock.idempotency;

import dev.interlock.guard.Clock;
import dev.interlock.idempotency.LeasedRecords.Lease;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Renews the leases of calls that are running, each after a third of its time.
 *
 * <p><b>Concurrency.</b> One thread, there only while there is a lease, asks each store for all that are due at once. A lease
 * that has passed to somebody else is dropped; one that the store did not answer for is tried again at the next beat.
 *
 * <p><b>The end of a call</b> and a renewal may meet at the store in either order. An outcome stays what it is: the renewal
 * finds no such claim, which is no loss and is not told as one. While the store does not take the outcome, renewals go on. An
 * abandoned lease would be revived, so whoever abandons one waits for the renewal first.
 */
public final class Heartbeats implements AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(Heartbeats.class);
    private static final long BEAT_MILLIS = 100;
    private static final int SHARE = 3;
    private static final long IDLE_SECONDS = 5;

    private final ConcurrentMap<Lease, Beating> leases = new ConcurrentHashMap<>();
    private final AtomicBoolean scheduled = new AtomicBoolean();
    private final ScheduledThreadPoolExecutor thread;
    private final Clock clock;

    /** Used by the one thread alone, to tell of the first of several failures. */
    private boolean failing;

    private static final class Beating {

        private final LeasedRecords records;
        private volatile long dueNanos;
        private volatile boolean ending;

        /** Closed while a renewal is on its way; changed only while the lease is in the map. */
        private volatile CountDownLatch answered = new CountDownLatch(0);

        Beating(LeasedRecords records, long dueNanos) {
            this.records = records;
            this.dueNanos = dueNanos;
        }
    }

    public Heartbeats(Clock clock) {
        this.clock = clock;
        this.thread = new ScheduledThreadPoolExecutor(1, task -> {
            Thread worker = new Thread(task, "interlock-idempotency-heartbeat");
            worker.setDaemon(true);
            return worker;
        });
        thread.setKeepAliveTime(IDLE_SECONDS, TimeUnit.SECONDS);
        thread.allowCoreThreadTimeOut(true);
        thread.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
    }

    void add(LeasedRecords records, Lease lease) {
        leases.put(lease, new Beating(records, due(lease, lease.askedNanos())));
        scheduleIfNeeded();
    }

    /** The outcome is about to be recorded, and tells by itself whether the lease was lost; until it is removed, it is renewed. */
    void ending(Lease lease) {
        Beating beating = leases.get(lease);
        if (beating != null) {
            beating.ending = true;
        }
    }

    /** Ends the renewals, but for one that is on its way. */
    void remove(Lease lease) {
        leases.remove(lease);
    }

    /** As {@link #remove}, and waits for one that is on its way, but no longer than it could revive the lease for. */
    void removeAndWait(Lease lease) {
        Beating removed = leases.remove(lease);
        if (removed == null) {
            return;
        }
        try {
            if (!removed.answered.await(lease.request().lease().toNanos(), TimeUnit.NANOSECONDS)) {
                log.debug("A renewal of {} is not answered; its call ends without that", lease.key());
            }
        } catch (InterruptedException interrupt) {
            Thread.currentThread().interrupt();
        }
    }

    private static long due(Lease lease, long from) {
        return from + lease.request().lease().toNanos() / SHARE;
    }

    private void scheduleIfNeeded() {
        if (!leases.isEmpty() && scheduled.compareAndSet(false, true)) {
            try {
                thread.schedule(this::beat, BEAT_MILLIS, TimeUnit.MILLISECONDS);
            } catch (RejectedExecutionException closed) {
                log.debug("Leases are not renewed any more");
            }
        }
    }

    private void beat() {
        CountDownLatch answered = new CountDownLatch(1);
        try {
            due(answered).forEach(this::renew);
        } finally {
            answered.countDown();
            scheduled.set(false);
            scheduleIfNeeded();
        }
    }

    private Map<LeasedRecords, List<Lease>> due(CountDownLatch answered) {
        long now = clock.nanoTime();
        Map<LeasedRecords, List<Lease>> due = new IdentityHashMap<>();
        leases.forEach((lease, seen) -> {
            if (seen.dueNanos - now <= 0) {
                leases.computeIfPresent(lease, (same, beating) -> {
                    beating.dueNanos = due(lease, now);
                    beating.answered = answered;
                    due.computeIfAbsent(beating.records, any -> new ArrayList<>())
                            .add(lease);
                    return beating;
                });
            }
        });
        return due;
    }

    private void renew(LeasedRecords records, List<Lease> due) {
        try {
            Set<Lease> lost = records.renew(due);
            failing = false;
            for (Lease lease : lost) {
                Beating dropped = leases.remove(lease);
                if (dropped != null && !dropped.ending) {
                    log.warn("The lease of {} ended before its call did, and has passed to another", lease.key());
                }
            }
        } catch (RuntimeException unanswered) {
            long soon = clock.nanoTime() + TimeUnit.MILLISECONDS.toNanos(BEAT_MILLIS);
            due.forEach(lease -> leases.computeIfPresent(lease, (same, beating) -> {
                beating.dueNanos = soon;
                return beating;
            }));
            if (!failing) {
                failing = true;
                log.warn("Leases of idempotent calls cannot be renewed at the moment: {}", unanswered.getMessage());
            }
        }
    }

    /** Ends the renewals: leases of calls that are still running will end by themselves. */
    @Override
    public void close() {
        thread.shutdownNow();
    }
}
