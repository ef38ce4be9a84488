package dev.interlock.benchmark.queue;

import dev.interlock.benchmark.BenchmarkPostgres;
import dev.interlock.benchmark.contest.Contender;
import dev.interlock.benchmark.contest.Histogram;
import dev.interlock.benchmark.contest.Sample;
import dev.interlock.queue.Queues;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.springframework.jdbc.core.simple.JdbcClient;

/**
 * Submissions of some keys, dealt with in their order, with others behind them or without. A round begins with the first of them
 * and ends with the one that makes the number full. In a database of its own, so that one with a backlog does not burden one
 * without.
 *
 * <p><b>Concurrency.</b> Handlers of one key run one after the other, so the last number of a key needs no lock.
 */
final class Lanes implements Contender {

    private static final String QUEUE = "lanes";
    private static final Duration PATIENCE = Duration.ofSeconds(120);
    private static final AtomicLong DATABASES = new AtomicLong();

    /** As the toolkit makes them, but that the id of a lane is no hash of a key. */
    private static final String MAKE = """
            INSERT INTO interlock_lane_end (lane, queue, last_seq)
                SELECT md5(i::text)::uuid, '%1$s', 0 FROM generate_series(1, %2$d) i;
            INSERT INTO interlock_lane (id, queue, state, run_at)
                SELECT lane, queue, 'idle', clock_timestamp() FROM interlock_lane_end;
            CREATE SEQUENCE submission_ids;
            """;

    /** One of each key in turn, as producers would have submitted them. */
    private static final String FILL = """
            INSERT INTO interlock_submission (id, lane, seq, queue, kind, payload, state, created_at)
                SELECT (lpad(to_hex(nextval('submission_ids')), 16, '0') || '8000000000000000')::uuid, lane, last_seq + i, queue,
                    'Note', '{"id":' || last_seq + i || ',"text":"' || lane || '"}', 'waiting', clock_timestamp()
                FROM generate_series(1, %1$d) i, interlock_lane_end ORDER BY i;
            UPDATE interlock_lane_end SET last_seq = last_seq + %1$d, purge_at = NULL;
            UPDATE interlock_lane SET state = 'ready', run_at = clock_timestamp() WHERE state = 'idle';
            """;

    private final Ground ground;
    private final int keys;
    private final int perSecond;
    private final int backlog;
    private final Effects effects;
    private final Queues queues;
    private final Map<String, Long> lastOfKey = new ConcurrentHashMap<>();
    private final AtomicLong handled = new AtomicLong();
    private final AtomicLong outOfOrder = new AtomicLong();
    private volatile Lap lap = new Lap(Long.MAX_VALUE);

    /** Of one round. */
    private static final class Lap {

        private final long items;
        private final AtomicLong begun = new AtomicLong();
        private final AtomicLong ended = new AtomicLong();
        private final CountDownLatch full = new CountDownLatch(1);
        private volatile long beginNanos;
        private volatile long endNanos;

        Lap(long items) {
            this.items = items;
        }

        void begin() {
            if (begun.incrementAndGet() == 1) {
                beginNanos = System.nanoTime();
            }
        }

        void end() {
            if (ended.incrementAndGet() == items) {
                endNanos = System.nanoTime();
                full.countDown();
            }
        }
    }

    private Lanes(Ground ground, int keys, int perSecond, int backlog) {
        this.ground = ground;
        this.keys = keys;
        this.perSecond = perSecond;
        this.backlog = backlog;
        this.effects = new Effects(ground.jdbc());
        this.queues = WorkQueueEngine.queues(ground);
        queues.sequenced(QUEUE, Note.class)
                .concurrency(Throughput.THREADS)
                .handler((note, job) -> handle(note))
                .create();
        ground.jdbc()
                .sql(MAKE.formatted(WorkQueueEngine.qualified(QUEUE), keys))
                .update();
        fill(backlog / keys);
    }

    /**
     * Makes the database and the backlog.
     *
     * @param perSecond how many submissions a round has for each second of its length, but at least one of each key
     * @param backlog how many wait behind those
     */
    static Lanes open(String url, int keys, int perSecond, int backlog) {
        String database = "lanes_" + DATABASES.incrementAndGet();
        JdbcClient.create(BenchmarkPostgres.direct(url))
                .sql("CREATE DATABASE " + database)
                .update();
        String own = url.replaceFirst("/postgres(?=\\?|$)", "/" + database);
        WorkQueueEngine.prepare(own);
        Ground ground = Ground.open(own, Throughput.CONNECTIONS);
        try {
            return new Lanes(ground, keys, perSecond, backlog);
        } catch (RuntimeException | Error failure) {
            ground.close();
            throw failure;
        }
    }

    private void fill(int perKey) {
        if (perKey > 0) {
            ground.jdbc().sql(FILL.formatted(perKey)).update();
        }
    }

    private void handle(Note note) {
        Lap current = lap;
        current.begin();
        effects.write(note);
        if (lastOfKey.merge(note.text(), note.id(), Lanes::next) != note.id()) {
            outOfOrder.incrementAndGet();
        }
        handled.incrementAndGet();
        current.end();
    }

    /** Anything but the number that was expected shows. */
    static Long next(Long last, Long number) {
        return number == last + 1 ? number : Long.MIN_VALUE;
    }

    @Override
    public Sample round(Duration length) throws InterruptedException {
        int perKey = (int) Math.max(1, length.toMillis() * perSecond / 1_000 / keys);
        long doneBefore = done();
        fill((int) ((waiting() < backlog ? backlog - waiting() : 0) / keys) + perKey);
        for (String table : new String[] {"interlock_submission", "interlock_lane", "interlock_lane_end"}) {
            ground.vacuum(table);
            ground.analyze(table);
        }
        effects.clear();
        handled.set(0);
        outOfOrder.set(0);
        Lap current = new Lap((long) perKey * keys);
        lap = current;
        queues.start();
        boolean full;
        try {
            full = current.full.await(PATIENCE.toNanos(), TimeUnit.NANOSECONDS);
        } finally {
            queues.close();
        }
        if (!full) {
            throw new IllegalStateException("submissions were not dealt with within " + PATIENCE.toSeconds() + " s");
        }
        long made = handled.get();
        long wrong = outOfOrder.get() + Math.abs(effects.rows() - made) + Math.abs(done() - doneBefore - made);
        return new Sample(
                new long[] {current.items},
                current.endNanos - current.beginNanos,
                new Histogram(),
                new Histogram(),
                wrong);
    }

    private long done() {
        return sum("interlock_lane", "done_seq");
    }

    private long waiting() {
        return sum("interlock_lane_end", "last_seq") - done();
    }

    private long sum(String table, String column) {
        return ground.jdbc()
                .sql("SELECT sum(" + column + ")::int8 FROM " + table)
                .query(Long.class)
                .single();
    }

    @Override
    public void close() {
        queues.close();
        ground.close();
    }
}
