package dev.interlock.fault;

import dev.interlock.testing.PostgresServer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.springframework.jdbc.core.simple.JdbcClient;

/**
 * Three worker JVMs increment one row while workers picked at random are stopped at named points, past the lease of their
 * lock, and set going again.
 *
 * <p><b>Concurrency.</b> Two threads pause at a time, each another worker, so pauses overlap and one worker always runs. A
 * worker is stopped after it reported the point and while the calling thread stands there; it is told to go on before it
 * wakes, so its renewals and its body race for the first step. The seed fixes which points come in which order, not which
 * worker comes by first.
 */
final class PauseRun {

    private static final int WORKERS = 3;
    private static final int AT_A_TIME = 2;
    private static final int THREADS_PER_WORKER = 2;
    private static final Duration BREATH = Duration.ofMillis(400);
    private static final Duration SHORTEST_PAUSE = Duration.ofMillis(2_000);
    private static final Duration PAUSE_SPREAD = Duration.ofMillis(500);
    private static final Duration LIMIT = Duration.ofSeconds(60);

    private final String arm;
    private final long seed;
    private final Queue<Point> deck;
    private final int planned;
    private final JdbcClient jdbc = JdbcClient.create(PostgresServer.direct());
    private final Map<Point, Integer> pauses = new ConcurrentHashMap<>();
    private final Map<Point, Integer> progress = new ConcurrentHashMap<>();
    private final AtomicInteger done = new AtomicInteger();
    private final List<WorkerProcess> running = new ArrayList<>();
    private final Random random;

    private PauseRun(String arm, int planned, List<Point> points, long seed) {
        this.arm = arm;
        this.seed = seed;
        this.planned = planned;
        this.random = new Random(seed);
        List<Point> shuffled = new ArrayList<>();
        for (int i = 0; i < planned; i++) {
            shuffled.add(points.get(i % points.size()));
        }
        Collections.shuffle(shuffled, random);
        this.deck = new ConcurrentLinkedQueue<>(shuffled);
    }

    /**
     * Runs to the end and ends all workers.
     *
     * @param more parameters for the workers, as the address of Redis
     * @param pauses in all, spread evenly over the points
     */
    static PauseReport of(
            String arm,
            Class<? extends Wiring> wiring,
            Class<? extends Increments> bean,
            Map<String, String> more,
            int pauses,
            List<Point> points)
            throws Exception {
        return new PauseRun(arm, pauses, points, Long.getLong("interlock.faults.seed", System.nanoTime()))
                .run(wiring, bean, more);
    }

    private PauseReport run(Class<? extends Wiring> wiring, Class<? extends Increments> bean, Map<String, String> more)
            throws Exception {
        prepare();
        Map<String, String> all = new ConcurrentHashMap<>(more);
        all.put("threads", Integer.toString(THREADS_PER_WORKER));
        List<WorkerProcess> workers = new ArrayList<>();
        try {
            for (int i = 1; i <= WORKERS; i++) {
                workers.add(WorkerProcess.start(
                        "worker-" + i,
                        IncrementWorker.class,
                        WorkerContext.parameters(PostgresServer.url(), PostgresServer.user(), wiring, bean, all)));
            }
            workers.forEach(worker -> worker.await("READY", LIMIT));
            workers.forEach(worker -> worker.send("START"));
            running.addAll(workers);
            pauseAll();
            workers.forEach(worker -> worker.send("STOP"));
            return report(workers);
        } finally {
            workers.forEach(WorkerProcess::killHard);
            workers.forEach(WorkerProcess::close);
        }
    }

    private void prepare() {
        jdbc.sql("CREATE TABLE IF NOT EXISTS fault_counter (id int PRIMARY KEY, value int NOT NULL)")
                .update();
        jdbc.sql("CREATE TABLE IF NOT EXISTS fault_increments (value int, worker text, call bigint)")
                .update();
        jdbc.sql("TRUNCATE fault_counter, fault_increments").update();
        jdbc.sql("INSERT INTO fault_counter VALUES (1, 0)").update();
    }

    private void pauseAll() throws InterruptedException {
        ExecutorService pausers = Executors.newFixedThreadPool(AT_A_TIME);
        try {
            List<Future<?>> ends = new ArrayList<>();
            for (int i = 0; i < AT_A_TIME; i++) {
                ends.add(pausers.submit(this::pauseUntilDone));
            }
            for (Future<?> end : ends) {
                end.get();
            }
        } catch (ExecutionException failure) {
            throw new AssertionError(arm + " (seed " + seed + "): " + failure.getCause(), failure.getCause());
        } finally {
            pausers.shutdownNow();
            pausers.awaitTermination(LIMIT.toSeconds(), TimeUnit.SECONDS);
        }
    }

    private Void pauseUntilDone() throws InterruptedException {
        for (Point point = deck.poll(); point != null; point = deck.poll()) {
            WorkerProcess worker = pick();
            try {
                pause(worker, point);
            } catch (Throwable failure) {
                deck.clear();
                throw failure;
            }
            synchronized (running) {
                running.add(worker);
            }
        }
        return null;
    }

    private WorkerProcess pick() {
        synchronized (running) {
            return running.remove(random.nextInt(running.size()));
        }
    }

    private void pause(WorkerProcess worker, Point point) throws InterruptedException {
        TimeUnit.MILLISECONDS.sleep(BREATH.toMillis() / 2 + random.nextInt((int) BREATH.toMillis()));
        worker.send("PAUSE " + point);
        worker.await("AT", LIMIT);
        worker.pause();
        int before = committedByOthers(worker);
        TimeUnit.MILLISECONDS.sleep(SHORTEST_PAUSE.toMillis() + random.nextInt((int) PAUSE_SPREAD.toMillis()));
        progress.merge(point, committedByOthers(worker) - before, Integer::sum);
        worker.send("GO");
        worker.resume();
        pauses.merge(point, 1, Integer::sum);
        int ended = done.incrementAndGet();
        if (ended % 20 == 0 && ended < planned) {
            System.out.println(arm + ": " + ended + " of " + planned + " pauses");
        }
    }

    private int committedByOthers(WorkerProcess worker) {
        return count("SELECT count(*) FROM fault_increments WHERE worker <> '" + worker.name() + "'");
    }

    private PauseReport report(List<WorkerProcess> workers) {
        Map<String, Integer> told = new ConcurrentHashMap<>();
        for (WorkerProcess worker : workers) {
            String summary = worker.await("DONE", LIMIT).text();
            if (worker.has("UNEXPECTED")) {
                throw worker.failure("met an error that is not one of the toolkit's");
            }
            for (String one : summary.split(" ")) {
                String[] parts = one.split("=");
                told.merge(parts[0], Integer.parseInt(parts[1]), Integer::sum);
            }
        }
        for (WorkerProcess worker : workers) {
            if (worker.awaitExit(LIMIT) != 0) {
                throw worker.failure("ended with an error");
            }
        }
        return new PauseReport(
                arm,
                seed,
                new EnumMap<>(pauses),
                new EnumMap<>(progress),
                told,
                count("SELECT count(*) FROM fault_increments"),
                count("SELECT value FROM fault_counter WHERE id = 1"),
                count("SELECT count(*) FROM (SELECT 1 FROM fault_increments GROUP BY value HAVING count(*) > 1) d"));
    }

    private int count(String sql) {
        return jdbc.sql(sql).query(Integer.class).single();
    }
}
