package dev.interlock.guard;

import java.time.Duration;

/** The end of a wait on the monotonic clock. Immutable. */
public final class Deadline {

    private final Clock clock;
    private final long endNanos;

    private Deadline(Clock clock, long endNanos) {
        this.clock = clock;
        this.endNanos = endNanos;
    }

    /** @param wait zero or more */
    public static Deadline after(Clock clock, Duration wait) {
        return new Deadline(clock, clock.nanoTime() + wait.toNanos());
    }

    /** Nanoseconds left, never negative. */
    public long remainingNanos() {
        return Math.max(0, endNanos - clock.nanoTime());
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
