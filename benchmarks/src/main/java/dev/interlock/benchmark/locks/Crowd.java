package dev.interlock.benchmark.locks;

import dev.interlock.benchmark.contest.Arm;
import java.sql.SQLTransientConnectionException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;

/** Callers that wait for the key 0 of an arm, until whoever holds it lets go; closing waits for that. */
final class Crowd implements AutoCloseable {

    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private static final Duration GLANCE = Duration.ofMillis(10);

    /** Callers that may seem to run: those in the database look like that. */
    private static final int IN_THE_DATABASE = PostgresArms.POOL;

    private final List<Thread> callers;
    private final CountDownLatch begun;
    private final AtomicReference<Exception> failure = new AtomicReference<>();

    Crowd(int size, Arm arm) {
        begun = new CountDownLatch(size);
        callers = Stream.generate(() -> new Thread(() -> call(arm), "crowd"))
                .limit(size)
                .toList();
    }

    private void call(Arm arm) {
        begun.countDown();
        try {
            arm.call(0, () -> {});
        } catch (SQLTransientConnectionException poolIsEmpty) {
            return;
        } catch (Exception thrown) {
            failure.compareAndSet(null, thrown);
        }
    }

    /** Returns when all callers wait. */
    void gather() throws InterruptedException {
        callers.forEach(caller -> {
            caller.setDaemon(true);
            caller.start();
        });
        begun.await();
        long end = System.nanoTime() + PATIENCE.toNanos();
        while (running() > IN_THE_DATABASE) {
            if (System.nanoTime() - end > 0) {
                throw new IllegalStateException("the waiters do not wait");
            }
            LockSupport.parkNanos(GLANCE.toNanos());
        }
    }

    private long running() {
        return callers.stream()
                .filter(caller -> caller.getState() == Thread.State.RUNNABLE)
                .count();
    }

    /** @throws IllegalStateException if a call failed other than by an empty pool, or has not returned within a minute */
    @Override
    public void close() {
        long end = System.nanoTime() + PATIENCE.toNanos();
        try {
            for (Thread caller : callers) {
                caller.join(Math.max(1, TimeUnit.NANOSECONDS.toMillis(end - System.nanoTime())));
            }
        } catch (InterruptedException interrupt) {
            callers.forEach(Thread::interrupt);
            Thread.currentThread().interrupt();
        }
        if (callers.stream().anyMatch(Thread::isAlive)) {
            callers.forEach(Thread::interrupt);
            throw new IllegalStateException("waiters did not return");
        }
        if (failure.get() != null) {
            throw new IllegalStateException("a waiter failed: " + failure.get(), failure.get());
        }
    }
}
