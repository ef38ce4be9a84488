package dev.interlock.fault;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.Stream;

/** What a run with pauses must show: nothing lost under the guard, and something lost without it. */
abstract class PauseContract {

    static final List<Point> EVERYWHERE = List.of(Point.values());

    /** Where a call without a fencing token comes by. */
    static final List<Point> WITHOUT_TOKEN =
            List.of(Point.LOCK_GRANTED, Point.BODY_ENTERED, Point.ROW_READ, Point.BEFORE_COMMIT);

    /** Where a worker that lost its lock still writes if only the commit veto stands in its way, or nothing. */
    static final List<Point> WHERE_IT_HURTS = List.of(Point.ROW_READ, Point.BEFORE_COMMIT);

    /** How many pauses the arm of the acceptance test has; the profile {@code faults} asks for more. */
    static int pauses() {
        return Integer.getInteger("interlock.faults.pauses", 20);
    }

    /** Enough for arms that lose at every second pause or never, so that the build stays short. */
    static int fewPauses() {
        return Math.max(4, pauses() / 10);
    }

    static void assertNothingLost(PauseReport report) {
        System.out.println(report);
        assertThat(report.committed()).as("increments of %s", report).isPositive();
        assertThat(report.lost()).as("lost updates of %s", report).isZero();
        assertThat(report.duplicates()).as("duplicate values of %s", report).isZero();
        assertTold(report);
    }

    /** Others committed while a worker stood at one of the points, so its lock had really passed to them. */
    static void assertProgressAt(PauseReport report, Point... points) {
        assertThat(Stream.of(points).mapToInt(report.progress()::get).sum())
                .as("increments of others while one was paused at %s: %s", List.of(points), report)
                .isPositive();
    }

    /** The control arm: without a loss the run has shown nothing. */
    static void assertLosses(PauseReport report) {
        System.out.println(report);
        assertThat(report.lost())
                .as("VOID: the arm without protection lost nothing, so these pauses prove nothing: %s", report)
                .isPositive();
        assertThat(report.duplicates()).as("duplicate values of %s", report).isPositive();
        assertTold(report);
    }

    /** Whatever was lost: success means committed, and a definite failure means not committed. */
    private static void assertTold(PauseReport report) {
        assertThat(report.told("missing"))
                .as("acknowledged and not there: %s", report)
                .isZero();
        assertThat(report.told("refuted")).as("refused and there: %s", report).isZero();
    }
}
