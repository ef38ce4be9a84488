package dev.interlock.idempotency;

import dev.interlock.guard.Deadline;
import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;

/** The pauses between two questions to a store: growing, with jitter. Confined to the thread that waits. */
final class Polling {

    private static final long FIRST_NANOS = TimeUnit.MILLISECONDS.toNanos(2);
    private static final long LONGEST_NANOS = TimeUnit.MILLISECONDS.toNanos(50);

    private final Deadline deadline;
    private long pause = FIRST_NANOS;

    Polling(Deadline deadline) {
        this.deadline = deadline;
    }

    /** @return false if the deadline has passed, so that there is nothing more to ask */
    boolean pause() throws InterruptedException {
        if (Thread.interrupted()) {
            throw new InterruptedException();
        }
        boolean slept =
                deadline.sleep(Duration.ofNanos(ThreadLocalRandom.current().nextLong(pause / 2, pause + 1)));
        pause = Math.min(2 * pause, LONGEST_NANOS);
        return slept;
    }
}
