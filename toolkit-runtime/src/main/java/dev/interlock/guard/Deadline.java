package dev.interlock.guard;

import java.time.Duration;

/**
 * The end of a wait on the monotonic clock. The wait begins with the first question, so that a call that need not wait reads
 * no clock. Confined to the thread that waits.
 */
public final class Deadline {

    private final Clock clock;
    private final Duration wait;
    private boolean started;
    private long endNanos;

    private Deadline(Clock clock, Duration wait) {
        this.clock = clock;
        this.wait = wait;
    }

    /** @param wait zero or more */
    public static Deadline after(Clock clock, Duration wait) {
        return new Deadline(clock, wait);
    }

    /** How long the wait may take from its beginning. */
    public Duration wholeWait() {
        return wait;
    }

    /** Whether anybody has asked, and so may have waited. */
    public boolean hasBegun() {
        return started;
    }

    /** Nanoseconds left, never negative. */
    public long remainingNanos() {
        long now = clock.nanoTime();
        if (!started) {
            started = true;
            endNanos = now + wait.toNanos();
        }
        return Math.max(0, endNanos - now);
    }

    public boolean passed() {
        return remainingNanos() == 0;
    }

    /**
     * Sleeps for the given time or until the deadline, whichever comes first.
     *
     * @return false if the deadline had already passed
     */
    public boolean sleep(Duration duration) throws InterruptedException {
        long remaining = remainingNanos();
        if (remaining == 0) {
            return false;
        }
        clock.sleep(Duration.ofNanos(Math.min(remaining, duration.toNanos())));
        return true;
    }
}
