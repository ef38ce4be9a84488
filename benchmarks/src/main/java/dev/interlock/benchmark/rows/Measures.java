package dev.interlock.benchmark.rows;

import static dev.interlock.benchmark.contest.Aim.Bound.AT_LEAST;
import static dev.interlock.benchmark.contest.Aim.Bound.AT_MOST;
import static dev.interlock.benchmark.contest.Measure.Processors.ALL;
import static dev.interlock.benchmark.contest.Measure.Processors.ONE;

import dev.interlock.benchmark.contest.Aim;
import dev.interlock.benchmark.contest.Entrant;
import dev.interlock.benchmark.contest.Figure;
import dev.interlock.benchmark.contest.Measure;
import dev.interlock.benchmark.contest.Plan;
import java.util.List;
import java.util.function.Function;

/** All measures of the suite. */
final class Measures {

    static final int CALLERS = 32;

    private static final double NEARLY_FREE = 1.05;

    private static final String BY_HAND = "by hand";

    private static final Plan CROWDED = Plan.ofMillis(5, 3_000, 3_000);

    /**
     * Short rounds and many: another process's fsync slows commits down for a while, and then all of a round. The warm-up is long
     * since a call that waits for the disk is compiled late.
     */
    private static final Plan DURABLE = Plan.ofMillis(15, 8_000, 400);

    static final List<Measure> ALL_MEASURES = List.of(
            counters(),
            findOrCreate(),
            versionedUpdate(),
            lockOne(),
            lockSeveral(),
            claimOne(),
            claimSeveral(),
            twoSteps());

    private Measures() {}

    private static Measure counters() {
        String byHand = "upsert by hand";
        String slotted = "Counters, " + Counting.SLOTS + " slots";
        return new Measure(
                1,
                "a counter that " + CALLERS + " callers add to",
                """
                One name, one statement and commit for each call, as many connections as callers. After a round the counter is the
                number of calls.""",
                ALL,
                CROWDED,
                List.of(
                        crowd(byHand, Counting.ONE_ROW, Counting::byHand),
                        crowd("Counters", Counting.ONE_ROW, Counting::plain),
                        crowd(slotted, Counting.ROW_PER_SLOT, Counting::slotted)),
                List.of(Figure.RATE, Figure.CALL_P99),
                List.of(new Aim(
                        CALLERS + " callers, one counter: throughput, " + Counting.SLOTS + " slots vs upsert by hand",
                        Figure.RATE,
                        slotted,
                        byHand,
                        AT_LEAST,
                        6)));
    }

    private static Measure findOrCreate() {
        String byHand = "insert and catch, savepoint";
        String inTransaction = "FindOrCreate";
        return new Measure(
                2,
                "find or create a row that exists",
                """
                One thread, 500 existing rows in turn by a unique text column, a transaction for each call that does nothing else and
                commits. By hand: savepoint, INSERT, rollback to the savepoint, SELECT.""",
                ONE,
                DURABLE,
                List.of(
                        alone(byHand, Finding.COLUMNS, Finding::byHand),
                        alone(inTransaction, Finding.COLUMNS, Finding::inTransaction),
                        alone("FindOrCreate, no transaction", Finding.COLUMNS, Finding::alone)),
                List.of(Figure.RATE, Figure.TIME, Figure.DRAWN),
                List.of(new Aim(
                        "existing row, FindOrCreate vs insert-and-catch with savepoint",
                        Figure.RATE,
                        inTransaction,
                        byHand,
                        AT_LEAST,
                        10)));
    }

    private static Measure versionedUpdate() {
        return timed(
                3,
                "update a row if it has the version",
                """
                One thread, 500 rows in turn, the right version, two columns set; one statement and commit for each call. By hand:
                UPDATE … SET …, version = version + 1 WHERE id = ? AND version = ? RETURNING version.""",
                alone(BY_HAND, Versioning.COLUMNS, Versioning::byHand),
                alone("VersionedUpdate", Versioning.COLUMNS, Versioning::byClass));
    }

    private static Measure lockOne() {
        return timed(
                4,
                "lock one row",
                """
                One thread, 500 free rows in turn by a text key, a transaction for each call that does nothing else and commits. By
                hand: SELECT … FOR NO KEY UPDATE.""",
                alone(BY_HAND, Locking.COLUMNS, Locking::oneByHand),
                alone("RowLocks", Locking.COLUMNS, Locking::one));
    }

    private static Measure lockSeveral() {
        return timed(
                5,
                "lock " + Locking.SEVERAL + " rows",
                """
                The same with 20 keys in random order. By hand: SELECT … WHERE sku = ANY (?) ORDER BY sku FOR NO KEY UPDATE, which
                waits without a limit; with lock_timeout set before, in a round trip of its own.""",
                alone(BY_HAND, Locking.COLUMNS, Locking::severalByHand),
                alone("RowLocks", Locking.COLUMNS, Locking::several),
                alone("by hand, lock_timeout", Locking.COLUMNS, Locking::severalByHandWithLimit));
    }

    private static Measure claimOne() {
        return claims(6, 1);
    }

    private static Measure claimSeveral() {
        return claims(7, Claiming.BATCH);
    }

    private static Measure claims(int number, int batch) {
        return timed(
                number,
                "claim " + batch + (batch == 1 ? " row" : " rows"),
                """
                One thread, open rows by a partial index, one statement and commit for each call. By hand the same statement: UPDATE …
                WHERE id = ANY (ARRAY(SELECT id FROM picked)) RETURNING *, with picked a materialized SELECT … LIMIT n FOR NO KEY
                UPDATE SKIP LOCKED.""",
                alone(BY_HAND, Claiming.COLUMNS, ground -> Claiming.byHand(ground, batch)),
                alone("RowClaims", Claiming.COLUMNS, ground -> Claiming.byClass(ground, batch)));
    }

    private static Measure twoSteps() {
        return new Measure(
                8,
                "claim " + Claiming.BATCH + " rows, two statements by hand",
                """
                By hand, in one transaction: SELECT … FOR UPDATE SKIP LOCKED, then UPDATE … WHERE id = ANY (?). A figure without an
                aim.""",
                ONE,
                DURABLE,
                List.of(
                        alone(
                                "SELECT, UPDATE by hand",
                                Claiming.COLUMNS,
                                ground -> Claiming.inTwoStatements(ground, Claiming.BATCH)),
                        alone("RowClaims", Claiming.COLUMNS, ground -> Claiming.byClass(ground, Claiming.BATCH))),
                List.of(Figure.TIME),
                List.of());
    }

    /** The class, which is the second of the entrants, should take hardly longer than the first. */
    private static Measure timed(int number, String title, String note, Entrant... entrants) {
        String measured = entrants[1].name();
        return new Measure(
                number,
                title,
                note,
                ONE,
                DURABLE,
                List.of(entrants),
                List.of(Figure.TIME),
                List.of(new Aim(
                        title + ": " + measured + " vs the same by hand",
                        Figure.TIME,
                        measured,
                        entrants[0].name(),
                        AT_MOST,
                        NEARLY_FREE)));
    }

    private static Entrant alone(String name, String columns, Function<Ground, Work> work) {
        return new Entrant(name, servers -> Trial.open(servers.postgres(), 1, columns, work));
    }

    private static Entrant crowd(String name, String columns, Function<Ground, Work> work) {
        return new Entrant(name, servers -> Trial.open(servers.postgres(), CALLERS, columns, work));
    }
}
