package dev.interlock.test;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Phaser;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The threads of one round, from their creation to their end.
 *
 * <p><b>Concurrency.</b> The phaser counts every caller from the beginning, so it first opens when the last thread has come.
 * Whatever ends the round early first closes it, which ends every wait of a caller and lets no further call begin, and then
 * interrupts the callers; in this order, so that a caller which drops an interrupt as not meant for its next call afterwards
 * sees that there is none. Outcomes belong to their caller's thread until that has been joined.
 *
 * <p><b>Invariant.</b> A caller that ends without having made all its calls has closed the round or left the phaser, so no
 * other waits for it.
 */
final class RunningRound<T extends @Nullable Object> {

    private static final Duration GOODBYE = Duration.ofSeconds(5);
    private static final int STACKS_SHOWN = 5;

    private final RacePlan plan;
    private final int number;
    private final long seed;
    private final List<RunningCaller<T>> callers = new ArrayList<>();
    private final Phaser meeting;
    private volatile boolean closed;

    /** Written when the callers are let go, before any of them goes on. */
    private long origin;

    RunningRound(RacePlan plan, int number, long seed, RaceCall<? extends T> call) {
        this.plan = plan;
        this.number = number;
        this.seed = seed;
        this.meeting = new Phaser(plan.callers()) {
            @Override
            protected boolean onAdvance(int phase, int registeredParties) {
                if (phase == 0) {
                    origin = System.nanoTime();
                }
                return super.onAdvance(phase, registeredParties);
            }
        };
        for (int caller = 0; caller < plan.callers(); caller++) {
            callers.add(new RunningCaller<>(this, plan, caller, call));
        }
    }

    int number() {
        return number;
    }

    long seed() {
        return seed;
    }

    /** Waits for all callers. An interrupt does not end this wait, the end of the round does. */
    void meet() {
        meeting.awaitAdvance(meeting.arrive());
    }

    /** What a caller does that cannot go on. */
    void leave() {
        meeting.arriveAndDeregister();
    }

    /** Whether no further call may begin. */
    boolean isClosed() {
        return closed;
    }

    Duration sinceStart(long nanoTime) {
        return Duration.ofNanos(nanoTime - origin);
    }

    RaceRound<T> run() throws InterruptedException {
        if (Thread.interrupted()) {
            throw new InterruptedException();
        }
        long end = System.nanoTime() + plan.timeout().toNanos();
        boolean ended = false;
        try {
            start();
            if (!join(end)) {
                requireNobodyLate();
            }
            ended = true;
        } finally {
            if (!ended && !closed) {
                close();
            }
        }
        return new RaceRound<>(number, seed, outcomes());
    }

    private void start() {
        int started = 0;
        try {
            for (RunningCaller<T> caller : callers) {
                caller.thread().start();
                started++;
            }
        } catch (OutOfMemoryError noThread) {
            throw new AssertionError(
                    "Only " + started + " of " + callers.size() + " callers could be started in round " + number
                            + RaceFailures.seed(seed) + "; use fewer, or allow this process more threads",
                    noThread);
        }
    }

    /** Returns whether all have ended. */
    private boolean join(long end) throws InterruptedException {
        for (RunningCaller<T> caller : callers) {
            TimeUnit.NANOSECONDS.timedJoin(caller.thread(), end - System.nanoTime());
            if (runs(caller)) {
                return false;
            }
        }
        return true;
    }

    /** Ends the round for callers that wait or run, and waits a little for them. */
    private void close() {
        closed = true;
        meeting.forceTermination();
        callers.forEach(caller -> caller.thread().interrupt());
        try {
            join(System.nanoTime() + GOODBYE.toNanos());
        } catch (InterruptedException again) {
            Thread.currentThread().interrupt();
        }
    }

    /** Looks at the callers while they still do what takes so long, and only then ends the round. */
    private void requireNobodyLate() {
        Set<RunningCaller<T>> late =
                callers.stream().filter(RunningRound::runs).collect(Collectors.toCollection(LinkedHashSet::new));
        if (late.isEmpty()) {
            return;
        }
        List<Throwable> stacks =
                late.stream().limit(STACKS_SHOWN).map(RunningCaller::stack).toList();
        List<RaceOutcome<T>> soFar = callers.stream()
                .filter(caller -> !late.contains(caller))
                .flatMap(caller -> caller.outcomes().stream())
                .toList();
        close();
        long deaf = late.stream().filter(RunningRound::runs).count();
        AssertionError error =
                new AssertionError(late.size() + " of " + callers.size() + " callers were still running after "
                        + plan.timeout() + " in round " + number + RaceFailures.seed(seed) + " and were interrupted"
                        + (deaf == 0 ? "" : "; still running in spite of that: " + deaf));
        stacks.forEach(error::addSuppressed);
        throw RaceFailures.withFailures(error, soFar);
    }

    private static boolean runs(RunningCaller<?> caller) {
        return caller.thread().isAlive();
    }

    private List<RaceOutcome<T>> outcomes() {
        List<RaceOutcome<T>> outcomes = new ArrayList<>();
        callers.forEach(caller -> outcomes.addAll(caller.outcomes()));
        long missing = (long) plan.callers() * plan.callsEach() - outcomes.size();
        if (missing > 0) {
            throw new AssertionError(missing + " calls of round " + number + RaceFailures.seed(seed)
                    + " have no outcome because their callers broke down; the error output tells why");
        }
        return outcomes;
    }
}
