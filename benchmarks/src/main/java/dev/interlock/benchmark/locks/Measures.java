package dev.interlock.benchmark.locks;

import static dev.interlock.benchmark.contest.Aim.Bound.AT_LEAST;
import static dev.interlock.benchmark.contest.Aim.Bound.AT_MOST;
import static dev.interlock.benchmark.contest.Measure.Processors.ALL;
import static dev.interlock.benchmark.contest.Measure.Processors.ONE;

import dev.interlock.benchmark.contest.Aim;
import dev.interlock.benchmark.contest.Contender;
import dev.interlock.benchmark.contest.Entrant;
import dev.interlock.benchmark.contest.Figure;
import dev.interlock.benchmark.contest.Measure;
import dev.interlock.benchmark.contest.Plan;
import java.util.List;
import java.util.function.IntToLongFunction;

/** All measures of the suite. */
final class Measures {

    static final int THREADS = 64;
    static final int NODES = 4;
    static final int THREADS_PER_NODE = 16;
    static final int WAITERS = 1000;

    private static final double NEARLY_FREE = 1.10;
    private static final double EVEN_THREADS = 0.8;

    private static final String SESSION = "@AdvisoryLocked(SESSION)";
    private static final String TRANSACTION = "@AdvisoryLocked(TRANSACTION)";
    private static final String MUTEX = "@DistributedMutex(fencing = NONE)";
    private static final String FENCED = "@DistributedMutex(fencing = ENFORCED)";
    private static final String POOLED = "by hand, pool of ten";
    private static final String BY_HAND = "by hand";
    private static final String RLOCK = "Redisson RLock";

    private static final IntToLongFunction ONE_KEY = thread -> 0;
    private static final IntToLongFunction OWN_KEY = thread -> thread;

    private static final Plan UNCONTENDED = Plan.ofMillis(7, 3_000, 1_500);
    private static final Plan CONTENDED = Plan.ofMillis(5, 3_000, 3_000);
    private static final Plan NODE_PLAN = Plan.ofMillis(5, 8_000, 4_000);

    private static final List<Figure> TIMES = List.of(Figure.TIME);
    private static final List<Figure> RATES = List.of(Figure.RATE, Figure.THREADS);

    static final List<Measure> ALL_MEASURES = List.of(
            sessionAlone(),
            transactionAlone(),
            mutexAlone(),
            distinctKeys(),
            oneKeyOnPostgres(),
            oneKeyOnRedis(),
            nodes(),
            fencing(),
            bystanders());

    private Measures() {}

    private static Measure sessionAlone() {
        return new Measure(
                1,
                "uncontended session lock",
                """
                One thread, one key; the body does nothing. By hand: pg_advisory_lock and pg_advisory_unlock through JdbcClient
                on one pooled connection.""",
                ONE,
                UNCONTENDED,
                List.of(pooled(POOLED, 1, ONE_KEY), session(1, ONE_KEY), springIntegrationJdbc(1), shedLock(1)),
                TIMES,
                List.of(time(
                        "uncontended, SESSION vs hand-written pooled lock + unlock", SESSION, POOLED, NEARLY_FREE)));
    }

    private static Measure transactionAlone() {
        return new Measure(
                2,
                "uncontended transaction lock",
                """
                One thread, one key; the body does nothing. By hand: pg_advisory_xact_lock through JdbcClient in a
                @Transactional method.""",
                ONE,
                UNCONTENDED,
                List.of(
                        new Entrant(
                                BY_HAND,
                                servers -> Contender.of(
                                        PostgresArms.transactionByHand(servers.postgres(), 1), 1, ONE_KEY)),
                        new Entrant(
                                TRANSACTION,
                                servers -> Contender.of(PostgresArms.transaction(servers.postgres()), 1, ONE_KEY))),
                TIMES,
                List.of(time(
                        "uncontended, TRANSACTION vs hand-written transaction lock + commit",
                        TRANSACTION,
                        BY_HAND,
                        NEARLY_FREE)));
    }

    private static Measure mutexAlone() {
        return new Measure(
                3,
                "uncontended mutex",
                "One thread, one key; the body does nothing. Redisson's own locks with a lease of 30 s.",
                ONE,
                UNCONTENDED,
                redis(1),
                TIMES,
                List.of(time("uncontended mutex (fencing = NONE) vs RLock with lease", MUTEX, RLOCK, NEARLY_FREE)));
    }

    private static Measure distinctKeys() {
        return new Measure(
                4,
                "64 threads, a key each, Postgres",
                "The body does nothing.",
                ALL,
                CONTENDED,
                List.of(pooled(POOLED, THREADS, OWN_KEY), session(THREADS, OWN_KEY)),
                RATES,
                List.of(rate("64 threads, distinct keys, SESSION vs ten pooled connections", SESSION, POOLED, 2.5)));
    }

    private static Measure oneKeyOnPostgres() {
        return new Measure(
                5,
                "64 threads, one key, Postgres",
                "The body does nothing. ShedLock skips where others wait; it is called again at once.",
                ALL,
                CONTENDED,
                List.of(
                        pooled(POOLED, THREADS, ONE_KEY),
                        session(THREADS, ONE_KEY),
                        springIntegrationJdbc(THREADS),
                        shedLock(THREADS)),
                RATES,
                List.of(
                        rate("64 threads, one key, SESSION vs hand-written pooled", SESSION, POOLED, 4),
                        even(
                                "64 threads, one key, SESSION: slowest thread of fastest",
                                Figure.THREADS,
                                SESSION,
                                EVEN_THREADS)));
    }

    private static Measure oneKeyOnRedis() {
        return new Measure(
                6,
                "64 threads, one key, Redis",
                "The body does nothing. Redisson's own locks with a lease of 30 s.",
                ALL,
                CONTENDED,
                redis(THREADS),
                RATES,
                List.of(
                        rate("64 threads, one key, mutex vs RLock", MUTEX, RLOCK, 10),
                        even(
                                "64 threads, one key, mutex: slowest thread of fastest",
                                Figure.THREADS,
                                MUTEX,
                                EVEN_THREADS)));
    }

    private static Measure nodes() {
        String perWaiter = "by hand, a connection per waiter";
        String title = "4 JVMs × 16 threads, one key: ";
        return new Measure(
                7,
                "4 JVMs × 16 threads, one key, Postgres",
                """
                The body does nothing; a wait lasts from the call to the begin of the body. By hand: every thread blocks in
                pg_advisory_lock on an open connection of its own.""",
                ALL,
                NODE_PLAN,
                List.of(nodes(perWaiter, Node.Kind.CONNECTION_PER_WAITER), nodes(SESSION, Node.Kind.SESSION)),
                List.of(Figure.RATE, Figure.WAIT_P99, Figure.NODES),
                List.of(
                        rate(title + "throughput, SESSION vs a connection per waiter", SESSION, perWaiter, 1.7),
                        new Aim(title + "p99 of the wait, the same", Figure.WAIT_P99, SESSION, perWaiter, AT_MOST, 0.6),
                        even(title + "smallest node of largest, SESSION", Figure.NODES, SESSION, 0.75)));
    }

    private static Measure fencing() {
        return new Measure(
                8,
                "fencing inside a writing transaction",
                "One thread, one key; the body updates one row and commits, with fsync.",
                ONE,
                UNCONTENDED,
                List.of(
                        new Entrant(MUTEX, servers -> Contender.of(MutexArms.writeUnfenced(servers), 1, ONE_KEY)),
                        new Entrant(FENCED, servers -> Contender.of(MutexArms.writeFenced(servers), 1, ONE_KEY))),
                TIMES,
                List.of(time("cost of ENFORCED over NONE inside a writing transaction", FENCED, MUTEX, 1.25)));
    }

    private static Measure bystanders() {
        String idle = "nobody waits";
        String waiting = "1,000 wait, " + SESSION;
        return new Measure(
                9,
                "unrelated queries beside 1,000 waiters",
                """
                Four threads read a row by its primary key through the pool of ten, without a pause. A session outside the
                application holds the key that the waiters want.""",
                ALL,
                CONTENDED,
                List.of(
                        new Entrant(idle, servers -> Bystanders.annotated(servers.postgres(), 0)),
                        new Entrant(waiting, servers -> Bystanders.annotated(servers.postgres(), WAITERS)),
                        new Entrant(
                                "1,000 wait, by hand in the pool",
                                servers -> Bystanders.byHand(servers.postgres(), WAITERS))),
                List.of(Figure.CALL_P99, Figure.RATE),
                List.of(new Aim(
                        "unrelated queries beside 1,000 waiters: p99 vs idle",
                        Figure.CALL_P99,
                        waiting,
                        idle,
                        AT_MOST,
                        1.5)));
    }

    private static List<Entrant> redis(int threads) {
        return List.of(
                new Entrant(RLOCK, servers -> Contender.of(RedissonArms.lock(servers.redis()), threads, ONE_KEY)),
                new Entrant(MUTEX, servers -> Contender.of(MutexArms.unfenced(servers), threads, ONE_KEY)),
                new Entrant(
                        "Redisson RFencedLock",
                        servers -> Contender.of(RedissonArms.fencedLock(servers.redis()), threads, ONE_KEY)),
                new Entrant(
                        "Redisson fair lock",
                        servers -> Contender.of(RedissonArms.fairLock(servers.redis()), threads, ONE_KEY)),
                new Entrant(
                        "Spring Integration, Redis",
                        servers -> Contender.of(SpringIntegrationArms.redis(servers.redisPort()), threads, ONE_KEY)),
                new Entrant(
                        "lock4j, Redisson",
                        servers -> Contender.of(RedissonArms.lock4j(servers.redis()), threads, ONE_KEY)));
    }

    private static Entrant pooled(String name, int threads, IntToLongFunction keys) {
        return new Entrant(
                name, servers -> Contender.of(PostgresArms.pooledByHand(servers.postgres(), threads), threads, keys));
    }

    private static Entrant session(int threads, IntToLongFunction keys) {
        return new Entrant(SESSION, servers -> Contender.of(PostgresArms.session(servers.postgres()), threads, keys));
    }

    private static Entrant springIntegrationJdbc(int threads) {
        return new Entrant(
                "Spring Integration, JDBC",
                servers -> Contender.of(SpringIntegrationArms.jdbc(servers.postgres()), threads, ONE_KEY));
    }

    private static Entrant shedLock(int threads) {
        return new Entrant(
                "ShedLock, JdbcTemplate",
                servers -> Contender.of(new ShedLockArm(servers.postgres()), threads, ONE_KEY));
    }

    private static Entrant nodes(String name, Node.Kind kind) {
        return new Entrant(name, servers -> NodeGroup.start(kind, NODES, THREADS_PER_NODE, servers.postgres()));
    }

    private static Aim time(String text, String entrant, String base, double limit) {
        return new Aim(text, Figure.TIME, entrant, base, AT_MOST, limit);
    }

    private static Aim rate(String text, String entrant, String base, double limit) {
        return new Aim(text, Figure.RATE, entrant, base, AT_LEAST, limit);
    }

    private static Aim even(String text, Figure figure, String entrant, double limit) {
        return new Aim(text, figure, entrant, "", AT_LEAST, limit);
    }
}
