package dev.interlock.samples.racelab;

import dev.interlock.annotation.DistributedMutex;
import dev.interlock.annotation.OnUnavailable;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.IntFunction;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/**
 * A scheduled job of which every node has a copy. The callers stand for the nodes: each tick fires at all of them, at about the
 * same time since their clocks differ, and one run is enough.
 */
@Component
class OneRunnerScene implements Scene {

    /**
     * The pause is longer than {@code minHold}, so that the run of one tick keeps nobody from the next. The last node is later than
     * the first by more than a run takes, so that without {@code minHold} it would find the lock free again.
     */
    private static final Pace TICKS = new Pace(Duration.ofMillis(1_000), Duration.ofMillis(1));

    /**
     * A node that is later than this, since the machine stalls, is beyond what {@code minHold} is there for: it may find the lock
     * free. Some less than {@code minHold}, since the clock of Redis is another one.
     */
    private static final Duration LATE = Duration.ofMillis(850);

    private static final long CUSTOMERS = 10;

    private final JdbcClient jdbc;
    private final Unguarded unguarded;
    private final Guarded guarded;
    private final Body body;
    private final ConcurrentMap<Integer, Integer> ticks = new ConcurrentHashMap<>();
    private final ConcurrentMap<Integer, Long> firstCalls = new ConcurrentHashMap<>();
    private final AtomicLong late = new AtomicLong();

    OneRunnerScene(JdbcClient jdbc, Unguarded unguarded, Guarded guarded, Body body) {
        this.jdbc = jdbc;
        this.unguarded = unguarded;
        this.guarded = guarded;
        this.body = body;
    }

    @Component
    static class Unguarded {

        private final Body body;

        Unguarded(Body body) {
            this.body = body;
        }

        public Long writeInvoices(int tick) {
            return body.writeInvoices(tick);
        }
    }

    @Component
    static class Guarded {

        private final Body body;

        Guarded(Body body) {
            this.body = body;
        }

        @DistributedMutex(name = "one-runner", waitTime = "0s", onUnavailable = OnUnavailable.SKIP, minHold = "900ms")
        public Long writeInvoices(int tick) {
            return body.writeInvoices(tick);
        }
    }

    @Component
    static class Body {

        private final JdbcClient jdbc;
        private final Overlaps overlaps = new Overlaps();

        Body(JdbcClient jdbc) {
            this.jdbc = jdbc;
        }

        long writeInvoices(int tick) {
            return overlaps.during(
                    () -> jdbc.sql("INSERT INTO invoice (tick, customer) SELECT ?, generate_series(1, ?)")
                            .params(tick, CUSTOMERS)
                            .update());
        }
    }

    @Override
    public String name() {
        return "one-runner";
    }

    @Override
    public String title() {
        return "A scheduled job that one node runs";
    }

    @Override
    public Theme theme() {
        return Theme.JOBS;
    }

    @Override
    public String problem() {
        return "The schedulers of all nodes fire, every one of them runs the job, and customers are billed once per node.";
    }

    @Override
    public Pace pace() {
        return TICKS;
    }

    @Override
    public void reset() {
        jdbc.sql("CREATE TABLE IF NOT EXISTS invoice (tick int NOT NULL, customer bigint NOT NULL)")
                .update();
        jdbc.sql("TRUNCATE invoice").update();
        body.overlaps.forget();
        ticks.clear();
        firstCalls.clear();
        late.set(0);
    }

    @Override
    public Action unguarded() {
        return node -> fire(node, unguarded::writeInvoices);
    }

    @Override
    public Action guarded() {
        return node -> fire(node, guarded::writeInvoices);
    }

    private long fire(int node, IntFunction<Long> job) {
        int tick = ticks.merge(node, 1, Integer::sum);
        firstCalls.putIfAbsent(tick, System.nanoTime());
        long invoices = Objects.requireNonNullElse(job.apply(tick), 0L);
        if (System.nanoTime() - firstCalls.get(tick) >= LATE.toNanos()) {
            late.addAndGet(invoices);
        }
        return invoices;
    }

    @Override
    public List<Violation> violations(Answers answers) {
        long fired = ticks.values().stream().mapToInt(Integer::intValue).max().orElse(0);
        return jdbc.sql("""
                        SELECT count(*) AS total, count(DISTINCT (tick, customer)) AS different,
                               count(DISTINCT tick) AS ticks
                        FROM invoice""")
                .query((row, number) -> compare(
                        answers.promised(),
                        row.getLong("total"),
                        row.getLong("different"),
                        late.get(),
                        fired - row.getLong("ticks"),
                        body.overlaps.seen()))
                .single();
    }

    /**
     * More invoices than promised are no violation if they differ: a call that failed may have written them.
     *
     * @param late invoices of runs that ended too late for {@code minHold} to keep them from running again
     */
    static List<Violation> compare(
            long promised, long total, long different, long late, long idleTicks, long overlaps) {
        long twice = Math.max(0, total - different - late);
        long missing = Math.max(0, promised - total);
        return Violation.among(
                new Violation(overlaps, overlaps + " runs entered while another was inside"),
                new Violation(twice, twice + " invoices written again"),
                new Violation(idleTicks, idleTicks + " ticks that no node ran"),
                new Violation(missing, missing + " of " + promised + " promised invoices missing"));
    }
}
