package dev.interlock.fault;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.IntFunction;

/**
 * Worker JVMs that are killed and replaced, and stopped past their lease, while the others go on.
 *
 * <p><b>Concurrency.</b> One thread kills and as many as half of the workers stop one each; each takes its victim out of those
 * that run, so that of three or more one always runs. Those that run, and the random numbers, are guarded by this object. The seed fixes the pauses and who is
 * picked, not what a victim is at.
 */
final class QueueUnrest implements AutoCloseable {

    static final Duration LIMIT = Duration.ofSeconds(120);
    private static final int SPARE = 2;
    private static final long BREATH_MILLIS = 300;
    private static final long PAUSE_SPREAD_MILLIS = 600;

    private final IntFunction<WorkerProcess> launch;
    private final Random random;
    private final List<WorkerProcess> all = new ArrayList<>();
    private final List<WorkerProcess> running = new ArrayList<>();
    private final Deque<WorkerProcess> spares = new ArrayDeque<>();
    private int pausers;

    /** What is done to one worker while nobody else touches it. */
    @FunctionalInterface
    interface Pause {
        void of(WorkerProcess worker) throws InterruptedException;
    }

    /** @param launch starts the JVM of a number */
    QueueUnrest(IntFunction<WorkerProcess> launch, long seed) {
        this.launch = launch;
        this.random = new Random(seed);
    }

    /** Starts the JVMs of those that will work, without waiting for them. */
    void prepare(int workers) {
        pausers = workers / 2;
        for (int i = 0; i < workers; i++) {
            launch();
        }
    }

    /** Has all that were prepared work. */
    void begin() {
        for (int left = spares(); left > 0; left--) {
            enter();
        }
    }

    private synchronized int spares() {
        return spares.size();
    }

    private synchronized void launch() {
        WorkerProcess worker = launch.apply(all.size() + 1);
        all.add(worker);
        spares.add(worker);
    }

    private void enter() {
        WorkerProcess worker;
        synchronized (this) {
            worker = spares.remove();
        }
        worker.await("READY", LIMIT);
        worker.send("START");
        giveBack(worker);
    }

    private synchronized WorkerProcess pick() {
        return running.remove(random.nextInt(running.size()));
    }

    private synchronized void giveBack(WorkerProcess worker) {
        running.add(worker);
    }

    private void breathe() throws InterruptedException {
        TimeUnit.MILLISECONDS.sleep(among(BREATH_MILLIS));
    }

    private synchronized long among(long millis) {
        return random.nextLong(millis);
    }

    /**
     * Kills and pauses at random moments; returns when all have been and whoever was stopped goes on.
     *
     * @param pauses how each of them goes
     * @param before each kill and pause, as to see to it that there is work
     */
    void disturb(int kills, List<Pause> pauses, Runnable before) throws InterruptedException {
        Deque<Pause> left = new ArrayDeque<>(pauses);
        List<Callable<Void>> tasks = new ArrayList<>();
        tasks.add(() -> killAll(kills, before));
        for (int i = 0; i < pausers; i++) {
            tasks.add(() -> pauseAll(left, before));
        }
        ExecutorService threads = Executors.newFixedThreadPool(tasks.size());
        try {
            for (Future<Void> end : threads.invokeAll(tasks)) {
                end.get();
            }
        } catch (ExecutionException failure) {
            throw new AssertionError(failure.getCause().toString(), failure.getCause());
        } finally {
            threads.shutdownNow();
            threads.awaitTermination(LIMIT.toSeconds(), TimeUnit.SECONDS);
        }
    }

    /** The last one that is killed has no successor. */
    private Void killAll(int kills, Runnable before) throws InterruptedException {
        for (int i = 0; i < Math.min(SPARE, kills - 1); i++) {
            launch();
        }
        for (int left = kills - 1; left >= 0; left--) {
            before.run();
            breathe();
            pick().killHard();
            if (left > 0) {
                if (left > SPARE) {
                    launch();
                }
                enter();
            }
        }
        return null;
    }

    /** The next job of that queue stands in the middle, whenever one comes by. */
    static UUID awaitAtWork(WorkerProcess worker, String queue, Runnable more) throws InterruptedException {
        worker.send("STAND " + queue);
        long end = System.nanoTime() + LIMIT.toNanos();
        while (!worker.has("AT-" + queue)) {
            if (System.nanoTime() > end) {
                throw worker.failure("came by no job to be paused at");
            }
            more.run();
            TimeUnit.MILLISECONDS.sleep(30);
        }
        return UUID.fromString(worker.await("AT-" + queue, Duration.ZERO).text());
    }

    /** The late end of that very job, after its worker was set going again. */
    static void awaitLate(WorkerProcess worker, UUID job) {
        while (!worker.await("LATE", LIMIT).text().equals(job.toString())) {
            // Others were late as well.
        }
    }

    private Void pauseAll(Deque<Pause> left, Runnable before) throws InterruptedException {
        while (true) {
            Pause pause;
            synchronized (left) {
                pause = left.poll();
            }
            if (pause == null) {
                return null;
            }
            before.run();
            breathe();
            WorkerProcess victim = pick();
            pause.of(victim);
            giveBack(victim);
        }
    }

    /** A pause that begins wherever the worker happens to be. */
    void pauseAnywhere(WorkerProcess worker) throws InterruptedException {
        worker.pause();
        TimeUnit.MILLISECONDS.sleep(QueueSite.LEASE.toMillis() + 300 + among(PAUSE_SPREAD_MILLIS));
        worker.resume();
    }

    /** Ends those that run as an application ends. */
    synchronized void stop() {
        running.forEach(worker -> worker.send("STOP"));
        for (WorkerProcess worker : running) {
            worker.await("DONE", LIMIT);
            if (worker.awaitExit(LIMIT) != 0) {
                throw worker.failure("ended with an error");
            }
        }
    }

    @Override
    public synchronized void close() {
        all.forEach(WorkerProcess::killHard);
        all.forEach(WorkerProcess::close);
    }
}
