package dev.interlock.benchmark.idempotency;

import static dev.interlock.benchmark.contest.Aim.Bound.AT_LEAST;
import static dev.interlock.benchmark.contest.Aim.Bound.AT_MOST;
import static dev.interlock.benchmark.contest.Measure.Processors.ALL;
import static dev.interlock.benchmark.contest.Measure.Processors.ONE;

import dev.interlock.benchmark.BenchmarkPostgres;
import dev.interlock.benchmark.contest.Aim;
import dev.interlock.benchmark.contest.Contender;
import dev.interlock.benchmark.contest.Entrant;
import dev.interlock.benchmark.contest.Figure;
import dev.interlock.benchmark.contest.Measure;
import dev.interlock.benchmark.contest.Plan;
import dev.interlock.benchmark.idempotency.Connections.Rule;
import dev.interlock.benchmark.idempotency.Shop.Request;
import dev.interlock.benchmark.idempotency.Shop.Setting;
import dev.interlock.idempotency.IdempotencyServices;
import java.util.List;
import java.util.function.LongFunction;
import org.springframework.jdbc.core.simple.JdbcClient;

/** All measures of the suite. */
final class Measures {

    static final int CALLERS = 64;
    static final int KEYS = 500;

    private static final long CACHE = IdempotencyServices.DEFAULT_CACHE_BYTES;
    private static final long NO_CACHE = 0;
    private static final LongFunction<Keys> RECURRING = shop -> Keys.recurring(shop, KEYS);

    static final Setting FIRST_CALLS = new Setting(1, true, CACHE, Keys::fresh, Rule.ONE_OR_MORE_EACH);
    static final Setting LOOKUPS = new Setting(1, true, NO_CACHE, RECURRING, Rule.ONE_OR_MORE_EACH);
    static final Setting REMEMBERED = new Setting(1, true, CACHE, RECURRING, Rule.NONE);
    static final Setting HOT_KEY = new Setting(CALLERS, true, CACHE, Keys::ofRounds, Rule.ANY);
    static final Setting HOT_KEY_APART = new Setting(CALLERS, false, NO_CACHE, Keys::ofRounds, Rule.ANY);

    static final Request BARE = (orders, key, order) -> orders.bare(key, order).isFor(key);
    static final Request IDEMPOTENT =
            (orders, key, order) -> orders.idempotent(key, order).isFor(key);
    static final Request TWO_TRANSACTIONS =
            (orders, key, order) -> orders.inTwoTransactions(key, order).isFor(key);
    static final Request WITH_DOCUMENT =
            (orders, key, order) -> orders.withDocument(key, order).isFor(key);
    static final Request DOCUMENT = (orders, key, order) -> orders.document(key).length == Orders.DOCUMENT_BYTES;

    private static final String ALONE = "business transaction alone";
    private static final String TRANSACTIONAL = "@Idempotent(TRANSACTIONAL)";
    private static final String BY_HAND = "by hand, two transactions";
    private static final String REPLAY = "replay, near-cache off";
    private static final String APART = "without single flight and near-cache";

    private static final Plan TIMED = Plan.ofMillis(7, 3_000, 1_500);

    /**
     * Short rounds and many: another process's fsync slows a commit down for a while, and then all of a round. A commit takes so
     * long that few calls fit into a second, so the compiler needs a long warm-up; if it goes on in the rounds, it has the
     * processor instead of the call.
     */
    private static final Plan DURABLE = Plan.ofMillis(21, 15_000, 400);

    private static final Plan COUNTED = Plan.ofMillis(3, 1_000, 1_500);
    private static final Plan CROWDED = Plan.ofMillis(5, 3_000, 3_000);

    static final List<Measure> ALL_MEASURES =
            List.of(firstCall(), log(), replayByLookup(), replayFromMemory(), hotKey());

    private Measures() {}

    private static Measure firstCall() {
        return new Measure(
                1,
                "first call",
                """
                One thread, a new key for each call; the method inserts one row through JdbcClient and commits. By hand: a claim that
                is committed first, then effect and outcome in one transaction.""",
                ONE,
                DURABLE,
                List.of(first(ALONE, BARE), first(TRANSACTIONAL, IDEMPOTENT), first(BY_HAND, TWO_TRANSACTIONS)),
                List.of(Figure.TIME),
                List.of(new Aim(
                        "first call, TRANSACTIONAL vs the business transaction alone",
                        Figure.TIME,
                        TRANSACTIONAL,
                        ALONE,
                        AT_MOST,
                        1.8)));
    }

    private static Measure log() {
        return new Measure(
                2,
                "write-ahead log",
                """
                The same calls, and replays of existing keys. A checkpoint comes before the warm-up and none after it, so that pages
                logged in full, which depend on the checkpoints, do not count; autovacuum is off, so that only the calls write.""",
                ONE,
                COUNTED,
                List.of(
                        logged(first(ALONE, BARE)),
                        logged(first(TRANSACTIONAL, IDEMPOTENT)),
                        logged(first(BY_HAND, TWO_TRANSACTIONS)),
                        logged(recurring(REPLAY, LOOKUPS, IDEMPOTENT, IDEMPOTENT))),
                List.of(Figure.WAL),
                List.of(new Aim(
                        "log of a first call, TRANSACTIONAL with its insert",
                        Figure.WAL,
                        TRANSACTIONAL,
                        "",
                        AT_MOST,
                        1_000)));
    }

    private static Measure replayByLookup() {
        String select = "SELECT by primary key";
        return new Measure(
                3,
                "replay by lookup",
                """
                One thread, 500 existing keys in turn, no near-cache. The SELECT reads a row with 200 bytes by its text key through
                JdbcClient, in autocommit, on a pool of the same kind.""",
                ONE,
                TIMED,
                List.of(
                        recurring(select, LOOKUPS, WITH_DOCUMENT, DOCUMENT),
                        recurring(REPLAY, LOOKUPS, IDEMPOTENT, IDEMPOTENT)),
                List.of(Figure.TIME),
                List.of(new Aim(
                        "replay by lookup vs SELECT by primary key", Figure.TIME, REPLAY, select, AT_MOST, 1.3)));
    }

    private static Measure replayFromMemory() {
        String replay = "replay, near-cache";
        return new Measure(
                4,
                "replay from the near-cache",
                "One thread, 500 existing keys in turn, through the proxy. No call takes a connection.",
                ONE,
                TIMED,
                List.of(recurring(replay, REMEMBERED, IDEMPOTENT, IDEMPOTENT)),
                List.of(Figure.TIME),
                List.of(new Aim("replay from the near-cache", Figure.TIME, replay, "", AT_MOST, 5)));
    }

    private static Measure hotKey() {
        return new Measure(
                5,
                CALLERS + " callers, one key",
                """
                A new key in each round: one call executes, all others are duplicates. Without: the same code and pool of ten, but
                every caller has a memory of its own without a near-cache, as if it were another process.""",
                ALL,
                CROWDED,
                List.of(
                        new Entrant(APART, servers -> Shop.open(servers.postgres(), HOT_KEY_APART, IDEMPOTENT)),
                        new Entrant(TRANSACTIONAL, servers -> Shop.open(servers.postgres(), HOT_KEY, IDEMPOTENT))),
                List.of(Figure.RATE, Figure.CALL_P99),
                List.of(new Aim(
                        "64 callers, one key: throughput vs without single flight and near-cache",
                        Figure.RATE,
                        TRANSACTIONAL,
                        APART,
                        AT_LEAST,
                        20)));
    }

    private static Entrant first(String name, Request request) {
        return new Entrant(name, servers -> Shop.open(servers.postgres(), FIRST_CALLS, request));
    }

    /** @param before made once for every key */
    private static Entrant recurring(String name, Setting setting, Request before, Request request) {
        return new Entrant(
                name, servers -> Shop.open(servers.postgres(), setting, request).stocked(before));
    }

    /** The warm-up after the checkpoint logs the pages in full that are there already; those to come are logged by change. */
    private static Entrant logged(Entrant entrant) {
        return new Entrant(entrant.name(), servers -> {
            JdbcClient server = JdbcClient.create(BenchmarkPostgres.direct(servers.postgres()));
            server.sql("ALTER SYSTEM SET autovacuum = off").update();
            server.sql("SELECT pg_reload_conf()").query(Boolean.class).single();
            Contender opened = entrant.opening().open(servers);
            server.sql("CHECKPOINT").update();
            return opened;
        });
    }
}
