package dev.interlock.samples.racelab;

import java.util.List;
import java.util.function.IntToLongFunction;

/** A scene without a database whose arms show as many violations as they are told. */
final class FakeScene implements Scene {

    static final Action SUCCEEDS = caller -> 1;

    private final String name;
    private final IntToLongFunction unguardedViolations;
    private final long guardedViolations;
    private final Action guardedCall;
    private int unguardedRounds;
    private int guardedRounds;
    private boolean guardedRuns;
    private boolean settled;

    /** {@code unguardedViolations} gets the number of the round, from 1. */
    FakeScene(String name, IntToLongFunction unguardedViolations, long guardedViolations, Action guardedCall) {
        this.name = name;
        this.unguardedViolations = unguardedViolations;
        this.guardedViolations = guardedViolations;
        this.guardedCall = guardedCall;
    }

    static FakeScene asExpected(String name) {
        return new FakeScene(name, round -> 3, 0, SUCCEEDS);
    }

    int unguardedRounds() {
        return unguardedRounds;
    }

    int guardedRounds() {
        return guardedRounds;
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public String title() {
        return name;
    }

    @Override
    public Theme theme() {
        return Theme.STOCK;
    }

    @Override
    public String problem() {
        return name;
    }

    @Override
    public void reset() {
        settled = false;
    }

    @Override
    public Action unguarded() {
        guardedRuns = false;
        return SUCCEEDS;
    }

    @Override
    public Action guarded() {
        guardedRuns = true;
        return guardedCall;
    }

    @Override
    public void settle() {
        settled = true;
    }

    @Override
    public List<Violation> violations(Answers answers) {
        if (!settled) {
            throw new IllegalStateException("Violations were asked for while the background was at work");
        }
        long count;
        if (guardedRuns) {
            guardedRounds++;
            count = guardedViolations;
        } else {
            unguardedRounds++;
            count = unguardedViolations.applyAsLong(unguardedRounds);
        }
        return Violation.among(new Violation(count, "found " + count));
    }
}
