package dev.interlock.postgres;

import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Purges fences about once an hour, at another time on each node. Confined to the thread that calls {@link #beat}. */
final class PurgeSchedule {

    /** A fence that nobody has claimed for this long is removed. */
    static final Duration RETENTION = Duration.ofDays(7);

    private static final Logger log = LoggerFactory.getLogger(PurgeSchedule.class);
    private static final long HOUR = TimeUnit.HOURS.toNanos(1);

    private final ServiceConnection service;
    private long nextNanos = next();

    PurgeSchedule(ServiceConnection service) {
        this.service = service;
    }

    /** Called now and then. */
    void beat() {
        if (System.nanoTime() - nextNanos >= 0) {
            nextNanos = next();
            batch();
        }
    }

    /** One batch after the other, so that questions get their turn in between. */
    private void batch() {
        service.start(connection -> FencePurge.batch(connection.jdbc(), RETENTION))
                .whenComplete((removed, failure) -> {
                    if (failure != null) {
                        log.warn("Old fences could not be purged: {}", failure.getMessage());
                    } else if (removed == FencePurge.BATCH) {
                        batch();
                    }
                });
    }

    private static long next() {
        return System.nanoTime() + HOUR / 2 + ThreadLocalRandom.current().nextLong(HOUR);
    }
}
