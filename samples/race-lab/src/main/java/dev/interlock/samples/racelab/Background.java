package dev.interlock.samples.racelab;

import dev.interlock.test.Race;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/** What goes on when the calls have ended: comes to its end, or is told to have not. */
final class Background {

    private static final int WORKERS = 8;
    private static final Duration LIMIT = Duration.ofSeconds(30);
    private static final long PAUSE_MILLIS = 10;

    private Background() {}

    /**
     * Has several workers do it at the same time, each again and again until nothing is left.
     *
     * @param work takes some of what is left, and returns how much that was
     */
    static void workOff(Callable<Integer> work) throws InterruptedException {
        try {
            Race.callers(WORKERS)
                    .timeout(LIMIT)
                    .runAll(worker -> untilNothingIsLeft(work))
                    .requireNoFailure();
        } catch (AssertionError failure) {
            throw new IllegalStateException("The workers failed: " + failure.getMessage(), failure);
        }
    }

    private static void untilNothingIsLeft(Callable<Integer> work) throws Exception {
        boolean more = true;
        while (more) {
            more = work.call() > 0;
        }
    }

    static void await(BooleanSupplier isDone) throws InterruptedException {
        await(isDone, LIMIT);
    }

    static void await(BooleanSupplier isDone, Duration limit) throws InterruptedException {
        long start = System.nanoTime();
        while (!isDone.getAsBoolean()) {
            if (System.nanoTime() - start > limit.toNanos()) {
                throw new IllegalStateException(
                        "What the calls left to be done was not done within " + limit.toSeconds() + " s");
            }
            TimeUnit.MILLISECONDS.sleep(PAUSE_MILLIS);
        }
    }
}
