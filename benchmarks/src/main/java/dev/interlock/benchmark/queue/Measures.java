package dev.interlock.benchmark.queue;

import static dev.interlock.benchmark.contest.Aim.Bound.AT_LEAST;
import static dev.interlock.benchmark.contest.Aim.Bound.AT_MOST;
import static dev.interlock.benchmark.contest.Measure.Processors.ALL;

import dev.interlock.benchmark.contest.Aim;
import dev.interlock.benchmark.contest.Entrant;
import dev.interlock.benchmark.contest.Figure;
import dev.interlock.benchmark.contest.Measure;
import dev.interlock.benchmark.contest.Plan;
import java.util.List;
import java.util.Locale;

/** All measures of the suite. */
final class Measures {

    private static final String PEER = "db-scheduler";
    private static final String OWN = "WorkQueue";
    private static final double CLEARLY_MORE = 1.2;

    private static final Plan BUSY = Plan.ofMillis(6, 6_000, 2_000);
    private static final Plan CLAIMING = Plan.ofMillis(9, 2_000, 500);
    private static final Plan IDLE = Plan.ofMillis(3, 2_000, 12_000);
    private static final Plan ORDERED = Plan.ofMillis(5, 4_000, 2_000);

    private static final int BACKLOG = 300_000;

    static final List<Measure> ALL_MEASURES = List.of(
            endToEnd(1, 1),
            endToEnd(2, 10),
            endToEnd(3, 100),
            claims(),
            latency(),
            sequenced(6, 1, 500),
            sequenced(7, 16, 2_000),
            sequenced(8, 1_000, 2_000),
            fewProducers());

    private Measures() {}

    private static Measure endToEnd(int number, int batch) {
        String title = batch == 1 ? "jobs enqueued one by one, and done" : "jobs enqueued by " + batch + ", and done";
        return endToEnd(
                number,
                title,
                Throughput.MANY_PRODUCERS,
                batch,
                batch == 1 ? "Each job is enqueued" : "Each " + batch + " jobs are enqueued in one call,",
                List.of(new Aim(
                        title + ": WorkQueue vs db-scheduler", Figure.RATE, OWN, PEER, AT_LEAST, CLEARLY_MORE)));
    }

    private static Measure fewProducers() {
        return endToEnd(
                9,
                "jobs enqueued one by one by few, and done",
                Throughput.FEW_PRODUCERS,
                1,
                "A figure without an aim: workers wait for the commits of the producers. Each job is enqueued",
                List.of());
    }

    private static Measure endToEnd(
            int number, String title, int producers, int batch, String enqueued, List<Aim> aims) {
        return new Measure(
                number,
                title,
                """
                %d producers, %d handler threads, a pool of %d; producers wait while %,d jobs are enqueued and not done. %s
                in a transaction of its own. The effect is written in the job's transaction by WorkQueue, in one of its own before
                the job is removed with db-scheduler, whose scheduleBatch spares it a SELECT for each job.""".formatted(producers, Throughput.THREADS, Throughput.CONNECTIONS, Throughput.WINDOW, enqueued),
                ALL,
                BUSY,
                List.of(throughput(PEER, producers, batch), throughput(OWN, producers, batch)),
                List.of(Figure.RATE),
                aims);
    }

    private static Measure claims() {
        String byHand = "by hand, 128 at a time";
        String byNode = "WorkQueue, 128 at a time";
        return new Measure(
                4,
                "claims alone",
                """
                One connection, %,d ready jobs until none is left; the statement with its commit. By hand the least that it can be:
                UPDATE … WHERE id = ANY (ARRAY(SELECT … FOR UPDATE SKIP LOCKED)) RETURNING …; no keys, limits or uniqueness. 32 at a
                time is what a queue with the default batch takes.""".formatted(Claims.JOBS),
                ALL,
                CLAIMING,
                List.of(
                        claims(byHand, Claims.byHand(128)),
                        claims(byNode, Claims.byNode(128)),
                        claims("WorkQueue, 32 at a time", Claims.byNode(32))),
                List.of(Figure.RATE, Figure.TIME),
                List.of(new Aim("jobs claimed per second", Figure.RATE, byNode, "", AT_LEAST, 15_000)));
    }

    private static Measure latency() {
        String here = "WorkQueue, same process";
        String elsewhere = "WorkQueue, another process";
        return new Measure(
                5,
                "latency, idle",
                """
                One job every 50 to 150 ms, from the call that enqueues it, with its commit, to the begin of its handler. From another
                process it is found by a poll: every 20 to 40 ms by WorkQueue, every 40 ms by db-scheduler.""",
                ALL,
                IDLE,
                List.of(
                        latency("db-scheduler, same process", Latency.From.THIS_PROCESS, PEER),
                        latency(here, Latency.From.THIS_PROCESS, OWN),
                        latency("db-scheduler, another process", Latency.From.ANOTHER, PEER),
                        latency(elsewhere, Latency.From.ANOTHER, OWN)),
                List.of(Figure.WAIT_P99, Figure.WAIT),
                List.of(
                        new Aim("p99, enqueued by the same process", Figure.WAIT_P99, here, "", AT_MOST, 50),
                        new Aim("p99, enqueued by another process", Figure.WAIT_P99, elsewhere, "", AT_MOST, 50)));
    }

    private static Measure sequenced(int number, int keys, int perSecond) {
        String empty = "nothing else waits";
        String waiting = String.format(Locale.ROOT, "%,d wait", BACKLOG);
        String title = "sequenced, " + (keys == 1 ? "one key" : String.format(Locale.ROOT, "%,d keys", keys));
        return new Measure(
                number,
                title,
                """
                %d handler threads; %,d submissions spread over the keys, from the begin of the first to the end of the last. With a
                backlog %,d more of the same keys wait behind them. Each has a database of its own, filled by one INSERT … SELECT,
                vacuumed and analyzed before each round; what is done stays for its retention of a day, as it comes.""".formatted(
                                Throughput.THREADS,
                                Math.max(1, ORDERED.length().toSeconds() * perSecond / keys) * keys,
                                BACKLOG),
                ALL,
                ORDERED,
                List.of(lanes(empty, keys, perSecond, 0), lanes(waiting, keys, perSecond, BACKLOG)),
                List.of(Figure.RATE),
                List.of(new Aim(title + ": with a backlog vs without", Figure.RATE, waiting, empty, AT_LEAST, 0.7)));
    }

    private static Entrant lanes(String name, int keys, int perSecond, int backlog) {
        return new Entrant(name, servers -> Lanes.open(servers.postgres(), keys, perSecond, backlog));
    }

    private static Entrant throughput(String name, int producers, int batch) {
        return new Entrant(
                name,
                servers -> Throughput.open(servers.postgres(), producers, batch, opening(servers.postgres(), name)));
    }

    private static Entrant latency(String name, Latency.From from, String engine) {
        return new Entrant(
                name, servers -> Latency.open(servers.postgres(), from, opening(servers.postgres(), engine)));
    }

    private static Entrant claims(String name, Claims.Way way) {
        return new Entrant(name, servers -> Claims.open(servers.postgres(), Claims.JOBS, way));
    }

    private static Throughput.Opening opening(String url, String engine) {
        return engine.equals(OWN)
                ? (ground, handler) -> WorkQueueEngine.open(url, ground, Throughput.THREADS, handler)
                : (ground, handler) -> DbSchedulerEngine.open(ground, Throughput.THREADS, handler);
    }
}
