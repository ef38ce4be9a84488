package dev.interlock.benchmark.queue;

import dev.interlock.benchmark.contest.Contender;
import dev.interlock.benchmark.contest.Histogram;
import dev.interlock.benchmark.contest.Sample;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import java.util.stream.LongStream;

/**
 * Producers that enqueue and workers that do what was enqueued, both at once and without a pause. After every round everything
 * is done, and the effects are checked.
 *
 * <p><b>Concurrency.</b> Producers wait while {@link #WINDOW} jobs are enqueued and not done, so that a round shows what can go
 * on for ever. What is done is counted between two looks at a counter, while all of them run.
 */
final class Throughput implements Contender {

    /** So many that what is enqueued waits for the workers, and not they for the commit of a producer. */
    static final int MANY_PRODUCERS = 16;

    static final int FEW_PRODUCERS = 4;
    static final int THREADS = 10;
    static final int WINDOW = 2_000;

    /** One for each of them, one for the claims, and one to spare. */
    static final int CONNECTIONS = MANY_PRODUCERS + THREADS + 2;

    private static final Duration RAMP = Duration.ofMillis(300);
    private static final Duration GLANCE = Duration.ofMillis(20);
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final Ground ground;
    private final Effects effects;
    private final Engine engine;
    private final int producers;
    private final int batch;
    private final Semaphore window = new Semaphore(WINDOW);
    private final AtomicLong enqueued = new AtomicLong();
    private final AtomicLong done = new AtomicLong();

    /** Makes an engine on a ground, whose jobs it hands to the consumer. */
    @FunctionalInterface
    interface Opening {
        Engine open(Ground ground, Consumer<Note> handler);
    }

    private Throughput(Ground ground, int producers, int batch, Opening opening) {
        this.ground = ground;
        this.producers = producers;
        this.batch = batch;
        this.effects = new Effects(ground.jdbc());
        this.engine = opening.open(ground, this::handle);
    }

    /** @param batch how many jobs are enqueued in a transaction */
    static Throughput open(String url, int producers, int batch, Opening opening) {
        Ground ground = Ground.open(url, CONNECTIONS);
        try {
            return new Throughput(ground, producers, batch, opening);
        } catch (RuntimeException | Error failure) {
            ground.close();
            throw failure;
        }
    }

    private void handle(Note note) {
        effects.write(note);
        done.incrementAndGet();
        window.release();
    }

    @Override
    public Sample round(Duration length) throws InterruptedException {
        effects.clear();
        ground.vacuum(engine.table());
        enqueued.set(0);
        engine.start();
        try {
            return watch(length);
        } finally {
            engine.stop();
        }
    }

    private Sample watch(Duration length) throws InterruptedException {
        Producers running = new Producers();
        long made;
        long nanos;
        try {
            running.watch(RAMP);
            ground.analyze(engine.table());
            long before = done.get();
            long begin = System.nanoTime();
            running.watch(length);
            made = done.get() - before;
            nanos = System.nanoTime() - begin;
        } finally {
            running.end();
        }
        awaitEnd();
        return new Sample(
                new long[] {made},
                nanos,
                new Histogram(),
                new Histogram(),
                effects.wrong(enqueued.get(), engine.promise()));
    }

    private void awaitEnd() throws InterruptedException {
        long end = System.nanoTime() + PATIENCE.toNanos();
        while (ground.rows(engine.table()) > 0) {
            if (System.nanoTime() - end > 0) {
                throw new IllegalStateException(
                        "jobs were not done " + PATIENCE.toSeconds() + " s after the last was enqueued");
            }
            TimeUnit.NANOSECONDS.sleep(GLANCE.toNanos());
        }
    }

    @Override
    public void close() {
        engine.close();
    }

    /** They enqueue until they are ended. */
    private final class Producers {

        private final CountDownLatch failed = new CountDownLatch(1);
        private final AtomicReference<Throwable> failure = new AtomicReference<>();
        private final List<Thread> threads;
        private volatile boolean stopped;

        Producers() {
            threads = IntStream.range(0, producers)
                    .mapToObj(number -> new Thread(this::run, "producer-" + number))
                    .toList();
            threads.forEach(thread -> thread.setDaemon(true));
            threads.forEach(Thread::start);
        }

        void watch(Duration length) throws InterruptedException {
            failed.await(length.toNanos(), TimeUnit.NANOSECONDS);
        }

        private void run() {
            try {
                while (!stopped) {
                    if (window.tryAcquire(batch, GLANCE.toNanos(), TimeUnit.NANOSECONDS)) {
                        long first = enqueued.getAndAdd(batch);
                        engine.enqueue(LongStream.range(first, first + batch)
                                .mapToObj(Note::of)
                                .toList());
                    }
                }
            } catch (Throwable thrown) {
                failure.compareAndSet(null, thrown);
                failed.countDown();
            }
        }

        void end() throws InterruptedException {
            stopped = true;
            for (Thread thread : threads) {
                thread.join(PATIENCE.toMillis());
            }
            Throwable cause = failure.get();
            if (cause != null) {
                throw new IllegalStateException("a job was not enqueued: " + cause, cause);
            }
        }
    }
}
