package dev.interlock.benchmark.retry;

import static dev.interlock.benchmark.contest.Aim.Bound.AT_LEAST;
import static dev.interlock.benchmark.contest.Aim.Bound.AT_MOST;

import dev.interlock.benchmark.contest.Aim;
import dev.interlock.benchmark.contest.Entrant;
import dev.interlock.benchmark.contest.Figure;
import dev.interlock.benchmark.contest.Measure;
import dev.interlock.benchmark.contest.Plan;
import dev.interlock.benchmark.contest.Suite;
import java.util.List;
import java.util.function.ObjLongConsumer;

/** One row that many callers change at a time. */
final class RowMeasure {

    static final int CALLERS = 48;

    private static final String FULL_JITTER = "full jitter alone";
    private static final String ESCALATION = "escalateAfter = 2";

    private static final String CAPTION = """
            One hot row under load. Entrants run in turn in one process, round after round; a figure is the median over the rounds,
            a comparison the median of the comparisons within the rounds. After every round the row holds all that was added.
            JDK %s, %d processors. Postgres runs on this machine, reached through TCP, with fsync=on and synchronous_commit=on.
            """;

    static final Measure HOT_ROW = new Measure(
            1,
            CALLERS + " callers, one row",
            """
            Each adds one, without a pause, through a pool of ten. The first two read a version and update the row if it is
            still the same, else they retry with the default delays, without end; the others wait for the row in Postgres.""",
            Measure.Processors.ALL,
            Plan.ofMillis(5, 4_000, 12_000),
            List.of(
                    entrant(FULL_JITTER, Account::fullJitter),
                    entrant(ESCALATION, Account::escalating),
                    entrant("row lock, FOR UPDATE", Account::rowLock),
                    entrant("one atomic UPDATE", Account::oneStatement)),
            List.of(Figure.CALL_P99, Figure.RATE),
            List.of(
                    new Aim(
                            "p99 of a call, escalation vs full jitter alone",
                            Figure.CALL_P99,
                            ESCALATION,
                            FULL_JITTER,
                            AT_MOST,
                            0.25),
                    new Aim("throughput, the same", Figure.RATE, ESCALATION, FULL_JITTER, AT_LEAST, 0.85)));

    private RowMeasure() {}

    static Suite suite() {
        return new Suite(CAPTION, List.of(HOT_ROW));
    }

    private static Entrant entrant(String name, ObjLongConsumer<Account> add) {
        return new Entrant(name, servers -> HotRow.open(servers.postgres(), CALLERS, add));
    }
}
