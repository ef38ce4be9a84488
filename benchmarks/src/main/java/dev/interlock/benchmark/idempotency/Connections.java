package dev.interlock.benchmark.idempotency;

import com.zaxxer.hikari.metrics.IMetricsTracker;
import com.zaxxer.hikari.metrics.MetricsTrackerFactory;
import com.zaxxer.hikari.metrics.PoolStats;
import java.util.concurrent.atomic.LongAdder;

/** Counts how often a connection is taken from a pool. */
final class Connections implements MetricsTrackerFactory, IMetricsTracker {

    /** How many calls may take. */
    enum Rule {
        ANY {
            @Override
            long violations(long taken, long calls) {
                return 0;
            }
        },
        NONE {
            @Override
            long violations(long taken, long calls) {
                return taken;
            }
        },
        /** A call without one did not ask the database. */
        ONE_OR_MORE_EACH {
            @Override
            long violations(long taken, long calls) {
                return Math.max(0, calls - taken);
            }
        };

        abstract long violations(long taken, long calls);
    }

    private final LongAdder taken = new LongAdder();

    @Override
    public IMetricsTracker create(String pool, PoolStats stats) {
        return this;
    }

    @Override
    public void recordConnectionAcquiredNanos(long nanos) {
        taken.increment();
    }

    long taken() {
        return taken.sum();
    }
}
