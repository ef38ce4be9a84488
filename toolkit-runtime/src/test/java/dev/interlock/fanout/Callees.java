package dev.interlock.fanout;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** Outside services that behave badly, and some that do not. */
final class Callees {

    static final Duration SOON = Duration.ofSeconds(20);

    private Callees() {}

    /** Waits until the latch is open, whatever interrupts it. */
    static void stubbornly(CountDownLatch latch) {
        boolean interrupted = false;
        while (latch.getCount() > 0) {
            try {
                latch.await();
            } catch (InterruptedException ignored) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    /** Takes that long, whatever interrupts it. */
    static void stubbornly(Duration time) {
        long end = System.nanoTime() + time.toNanos();
        boolean interrupted = false;
        for (long left = time.toNanos(); left > 0; left = end - System.nanoTime()) {
            LockSupport.parkNanos(left);
            interrupted |= Thread.interrupted();
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    /** Waits for the latch as long as a test may take. */
    static void await(CountDownLatch latch) throws InterruptedException {
        if (!latch.await(SOON.toSeconds(), TimeUnit.SECONDS)) {
            throw new AssertionError("waited in vain");
        }
    }
}
