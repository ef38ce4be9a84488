package dev.interlock.queue;

import java.time.Duration;

/**
 * How a process works its queues. Nodes on one database need not agree.
 *
 * @param lease how long a node that is not heard of keeps what it has claimed, 1 s to 1 h; renewed after a quarter of it
 * @param pollInterval how long a job may be unseen that another process enqueued, 5 ms to 1 min: a node that is idle asks again
 *     after between a half of it and the whole. What the same process enqueued is seen at its commit
 * @param drainTimeout how long the end of the application waits for jobs at work before it interrupts them, 0 to 1 h
 */
public record QueueSettings(Duration lease, Duration pollInterval, Duration drainTimeout) {

    /** A lease of 20 s, polls every 20 to 40 ms, and 20 s to drain. */
    public static final QueueSettings DEFAULTS =
            new QueueSettings(Duration.ofSeconds(20), Duration.ofMillis(40), Duration.ofSeconds(20));

    /** @throws IllegalArgumentException if one is out of its range */
    public QueueSettings {
        check("lease", lease, Duration.ofSeconds(1), Duration.ofHours(1));
        check("pollInterval", pollInterval, Duration.ofMillis(5), Duration.ofMinutes(1));
        check("drainTimeout", drainTimeout, Duration.ZERO, Duration.ofHours(1));
    }

    private static void check(String name, Duration value, Duration least, Duration most) {
        if (value.compareTo(least) < 0 || value.compareTo(most) > 0) {
            throw new IllegalArgumentException(
                    name + " is " + value + "; it has to be between " + least + " and " + most);
        }
    }

    public QueueSettings withLease(Duration changed) {
        return new QueueSettings(changed, pollInterval, drainTimeout);
    }

    public QueueSettings withPollInterval(Duration changed) {
        return new QueueSettings(lease, changed, drainTimeout);
    }

    public QueueSettings withDrainTimeout(Duration changed) {
        return new QueueSettings(lease, pollInterval, changed);
    }
}
