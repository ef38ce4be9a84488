package dev.interlock.guard;

import java.time.Duration;
import java.util.concurrent.TimeUnit;

/**
 * Monotonic time and the only place where a thread sleeps, so that tests can bring their own.
 */
public interface Clock {

    Clock SYSTEM = new Clock() {
        @Override
        public long nanoTime() {
            return System.nanoTime();
        }

        @Override
        public void sleep(Duration duration) throws InterruptedException {
            TimeUnit.NANOSECONDS.sleep(duration.toNanos());
        }
    };

    /** Nanoseconds since an arbitrary origin; only differences have a meaning. */
    long nanoTime();

    /** Sleeps at least the given time unless interrupted. */
    void sleep(Duration duration) throws InterruptedException;
}
