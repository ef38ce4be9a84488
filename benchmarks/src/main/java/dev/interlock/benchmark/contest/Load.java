package dev.interlock.benchmark.contest;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.IntToLongFunction;
import java.util.stream.IntStream;

/**
 * Threads that call an arm without a pause for a fixed time.
 *
 * <p><b>Concurrency.</b> All threads run before the watch begins and after it has ended, so that none of them works alone for
 * a while. A thread counts a call that ended during the watch, in fields of its own that are read when it has died.
 */
public final class Load {

    private static final Duration RAMP = Duration.ofMillis(300);
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final Duration LAST_PATIENCE = Duration.ofSeconds(5);

    private enum Phase {
        RAMP,
        WATCH,
        STOP
    }

    private final Arm arm;
    private final Exclusion exclusion;
    private final List<Worker> workers;
    private final CountDownLatch failed = new CountDownLatch(1);
    private final AtomicReference<Throwable> failure = new AtomicReference<>();
    private volatile Phase phase = Phase.RAMP;

    private Load(Arm arm, int threads, IntToLongFunction keys, Exclusion exclusion) {
        this.arm = arm;
        this.exclusion = exclusion;
        this.workers = IntStream.range(0, threads)
                .mapToObj(thread -> new Worker(thread, keys.applyAsLong(thread)))
                .toList();
    }

    /**
     * Calls the arm for the given time.
     *
     * @param keys key of each thread, numbered from 0
     * @throws IllegalStateException if a call failed, or did not return for a minute after the time was over
     */
    public static Sample run(Arm arm, int threads, IntToLongFunction keys, Exclusion exclusion, Duration length)
            throws InterruptedException {
        return new Load(arm, threads, keys, exclusion).run(length);
    }

    private Sample run(Duration length) throws InterruptedException {
        long overlapsBefore = exclusion.overlaps();
        long nanos;
        try {
            workers.forEach(Thread::start);
            watch(RAMP);
            long begin = System.nanoTime();
            phase = Phase.WATCH;
            watch(length);
            nanos = System.nanoTime() - begin;
        } finally {
            phase = Phase.STOP;
            end();
        }
        Throwable cause = failure.get();
        if (cause != null) {
            throw new IllegalStateException("a call failed: " + cause, cause);
        }
        Histogram calls = new Histogram();
        Histogram waits = new Histogram();
        workers.forEach(worker -> {
            calls.add(worker.calls);
            waits.add(worker.waits);
        });
        return new Sample(
                workers.stream().mapToLong(worker -> worker.calls.total()).toArray(),
                nanos,
                calls,
                waits,
                exclusion.overlaps() - overlapsBefore);
    }

    /** Returns early if a call failed. */
    private void watch(Duration length) throws InterruptedException {
        failed.await(length.toNanos(), TimeUnit.NANOSECONDS);
    }

    private void end() throws InterruptedException {
        if (!joined(PATIENCE)) {
            workers.forEach(Thread::interrupt);
            joined(LAST_PATIENCE);
            failure.compareAndSet(
                    null, new IllegalStateException("it did not return within " + PATIENCE.toSeconds() + " s"));
        }
    }

    private boolean joined(Duration patience) throws InterruptedException {
        long end = System.nanoTime() + patience.toNanos();
        for (Worker worker : workers) {
            worker.join(Math.max(1, TimeUnit.NANOSECONDS.toMillis(end - System.nanoTime())));
        }
        return workers.stream().noneMatch(Thread::isAlive);
    }

    private final class Worker extends Thread {

        private final long key;
        private final Histogram calls = new Histogram();
        private final Histogram waits = new Histogram();
        private long begun;
        private long entered;
        private boolean ran;

        Worker(int number, long key) {
            super("load-" + number);
            setDaemon(true);
            this.key = key;
        }

        @Override
        public void run() {
            try {
                while (phase != Phase.STOP) {
                    call();
                }
            } catch (Throwable thrown) {
                failure.compareAndSet(null, thrown);
                failed.countDown();
            }
        }

        private void call() throws Exception {
            ran = false;
            begun = System.nanoTime();
            arm.call(key, this::body);
            long nanos = System.nanoTime() - begun;
            if (ran && phase == Phase.WATCH) {
                calls.record(nanos);
                waits.record(entered - begun);
            }
        }

        private void body() {
            entered = System.nanoTime();
            exclusion.enter(key);
            ran = true;
            exclusion.exit(key);
        }
    }
}
