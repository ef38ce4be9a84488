package dev.interlock.docs.migration;

import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.awaitility.Awaitility;
import org.springframework.stereotype.Component;

/** Stands for the work of an example: counts its runs, and tells whether two of them overlap. */
@Component
class Section {

    private final AtomicInteger runs = new AtomicInteger();
    private volatile CountDownLatch gate = new CountDownLatch(0);

    /** What the examples call under their lock. */
    void run() {
        runs.incrementAndGet();
        try {
            if (!gate.await(20, TimeUnit.SECONDS)) {
                throw new IllegalStateException("The test did not open the gate");
            }
        } catch (InterruptedException interrupt) {
            Thread.currentThread().interrupt();
        }
    }

    int runs() {
        return runs.get();
    }

    /**
     * Makes the second call while the first is at work.
     *
     * @return whether the second got to work as well
     */
    boolean overlaps(Runnable first, Runnable second) throws Exception {
        gate = new CountDownLatch(1);
        int before = runs.get();
        ExecutorService callers = Executors.newFixedThreadPool(2);
        try {
            Future<?> one = callers.submit(first);
            until(() -> runs.get() == before + 1);
            Future<?> other = callers.submit(second);
            until(() -> other.isDone() || runs.get() == before + 2);
            boolean both = runs.get() == before + 2;
            gate.countDown();
            one.get(20, TimeUnit.SECONDS);
            return both;
        } finally {
            gate.countDown();
            callers.shutdown();
            callers.awaitTermination(20, TimeUnit.SECONDS);
        }
    }

    private static void until(Callable<Boolean> holds) {
        Awaitility.await()
                .pollDelay(Duration.ZERO)
                .pollInterval(Duration.ofMillis(5))
                .until(holds);
    }
}
