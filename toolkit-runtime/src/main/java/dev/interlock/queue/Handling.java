package dev.interlock.queue;

import dev.interlock.guard.Backoff;
import java.time.Duration;

/**
 * How what is in a queue is handled.
 *
 * @param transactional whether the handler runs inside the transaction that ends the job
 * @param retention how long the state of what has ended can be asked for
 */
record Handling(
        int concurrency, int batch, int maxAttempts, Backoff backoff, boolean transactional, Duration retention) {

    private static final int MOST_THREADS = 1_000;
    private static final int MOST_ATTEMPTS = 1_000;
    private static final Duration LONGEST = Duration.ofDays(365);

    Handling withConcurrency(int changed) {
        within("concurrency", changed, MOST_THREADS);
        return new Handling(changed, batch, maxAttempts, backoff, transactional, retention);
    }

    Handling withBatch(int changed) {
        within("batch", changed, Store.BATCH);
        return new Handling(concurrency, changed, maxAttempts, backoff, transactional, retention);
    }

    Handling withMaxAttempts(int changed) {
        within("maxAttempts", changed, MOST_ATTEMPTS);
        return new Handling(concurrency, batch, changed, backoff, transactional, retention);
    }

    Handling withBackoff(Backoff changed) {
        duration("delay", changed.delay());
        duration("maxDelay", changed.maxDelay());
        if (!(changed.multiplier() >= 1) || changed.maxDelay().compareTo(changed.delay()) < 0) {
            throw new IllegalArgumentException(
                    "multiplier " + changed.multiplier() + " and maxDelay " + changed.maxDelay()
                            + " make no backoff; the multiplier has to be 1 or more, maxDelay at least the delay");
        }
        return new Handling(concurrency, batch, maxAttempts, changed, transactional, retention);
    }

    Handling outsideWork() {
        return new Handling(concurrency, batch, maxAttempts, backoff, false, retention);
    }

    Handling withRetention(Duration changed) {
        duration("retention", changed);
        return new Handling(concurrency, batch, maxAttempts, backoff, transactional, changed);
    }

    private static void within(String name, int value, int most) {
        if (value < 1 || value > most) {
            throw new IllegalArgumentException(name + " is " + value + "; it has to be between 1 and " + most);
        }
    }

    static void duration(String name, Duration value) {
        if (value.isNegative() || value.compareTo(LONGEST) > 0) {
            throw new IllegalArgumentException(name + " is " + value + "; it has to be between 0 and 365 days");
        }
    }
}
