package dev.interlock.benchmark.queue;

import dev.interlock.benchmark.contest.Contender;
import dev.interlock.benchmark.contest.Histogram;
import dev.interlock.benchmark.contest.Sample;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;

/**
 * One job after the other into a queue that is idle, each after a pause of random length, so that they meet polls at any time. The
 * wait is the time from the call that enqueues, with its commit, to the begin of the handler.
 *
 * <p><b>Concurrency.</b> One thread enqueues. Handlers note their begin under the lock of the histogram.
 */
final class Latency implements Contender {

    private static final int SHORTEST_PAUSE = 50;
    private static final int LONGEST_PAUSE = 150;
    private static final Duration SETTLE = Duration.ofMillis(300);
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private final Ground ground;
    private final Engine engine;
    private final From from;
    private final Map<Long, Long> underWay = new ConcurrentHashMap<>();
    private final Effects effects;
    private Histogram waits = new Histogram();
    private long next;

    /** Who enqueues. */
    enum From {
        THIS_PROCESS {
            @Override
            void enqueue(Engine engine, Note note) {
                engine.enqueue(List.of(note));
            }
        },
        ANOTHER {
            @Override
            void enqueue(Engine engine, Note note) {
                engine.enqueueElsewhere(List.of(note));
            }
        };

        abstract void enqueue(Engine engine, Note note);
    }

    private Latency(Ground ground, From from, Throughput.Opening opening) {
        this.ground = ground;
        this.from = from;
        this.effects = new Effects(ground.jdbc());
        this.engine = opening.open(ground, this::handle);
    }

    static Latency open(String url, From from, Throughput.Opening opening) {
        Ground ground = Ground.open(url, Throughput.CONNECTIONS);
        try {
            return new Latency(ground, from, opening);
        } catch (RuntimeException | Error failure) {
            ground.close();
            throw failure;
        }
    }

    private void handle(Note note) {
        long now = System.nanoTime();
        effects.write(note);
        Long begun = underWay.remove(note.id());
        if (begun != null) {
            synchronized (this) {
                waits.record(now - begun);
            }
        }
    }

    @Override
    public Sample round(Duration length) throws InterruptedException {
        effects.clear();
        ground.vacuum(engine.table());
        synchronized (this) {
            waits = new Histogram();
        }
        next = 0;
        engine.start();
        try {
            TimeUnit.NANOSECONDS.sleep(SETTLE.toNanos());
            long begin = System.nanoTime();
            while (System.nanoTime() - begin < length.toNanos()) {
                TimeUnit.MILLISECONDS.sleep(ThreadLocalRandom.current().nextInt(SHORTEST_PAUSE, LONGEST_PAUSE + 1));
                Note note = Note.of(next++);
                underWay.put(note.id(), System.nanoTime());
                from.enqueue(engine, note);
            }
            long nanos = System.nanoTime() - begin;
            awaitEnd();
            return sample(nanos);
        } finally {
            engine.stop();
        }
    }

    private synchronized Sample sample(long nanos) {
        return new Sample(
                new long[] {waits.total()}, nanos, new Histogram(), waits, effects.wrong(next, engine.promise()));
    }

    private void awaitEnd() throws InterruptedException {
        long end = System.nanoTime() + PATIENCE.toNanos();
        while (ground.rows(engine.table()) > 0 && System.nanoTime() - end < 0) {
            TimeUnit.MILLISECONDS.sleep(SHORTEST_PAUSE);
        }
    }

    @Override
    public void close() {
        engine.close();
    }
}
