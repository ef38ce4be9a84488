package dev.interlock.test;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.SplittableRandom;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** One caller in one round: a thread that makes its calls and notes their outcomes, which others may read when it has ended. */
final class RunningCaller<T extends @Nullable Object> implements Runnable {

    private final RunningRound<T> round;
    private final RacePlan plan;
    private final int number;
    private final RaceCall<? extends T> call;
    private final Random random;
    private final List<RaceOutcome<T>> outcomes;
    private final Thread thread;

    RunningCaller(RunningRound<T> round, RacePlan plan, int number, RaceCall<? extends T> call) {
        this.round = round;
        this.plan = plan;
        this.number = number;
        this.call = call;
        this.random = new Random(seed(round.seed(), round.number(), number));
        this.outcomes = new ArrayList<>(plan.callsEach());
        this.thread = new Thread(this, "race-" + number);
        this.thread.setDaemon(true);
    }

    Thread thread() {
        return thread;
    }

    /** To be asked when the thread has ended. */
    List<RaceOutcome<T>> outcomes() {
        return outcomes;
    }

    @Override
    public void run() {
        try {
            while (outcomes.size() < plan.callsEach() && !round.isClosed()) {
                if (outcomes.isEmpty() || plan.together()) {
                    round.meet();
                }
                makeCall(new Caller(number, round.number(), outcomes.size(), random));
            }
        } finally {
            if (outcomes.size() < plan.callsEach()) {
                round.leave();
            }
        }
    }

    private void makeCall(Caller caller) {
        long begin = System.nanoTime();
        try {
            pause(caller);
            // Meant for what ran before, as in a thread pool; or for the end of the round, which is asked for next.
            Thread.interrupted();
            if (round.isClosed()) {
                return;
            }
            begin = System.nanoTime();
            T value = call.call(caller);
            Duration latency = since(begin);
            outcomes.add(new RaceOutcome.Returned<>(
                    value, caller.round(), number, caller.call(), round.sinceStart(begin), latency));
        } catch (Throwable failure) {
            Duration latency = since(begin);
            outcomes.add(new RaceOutcome.Thrown<>(
                    failure, caller.round(), number, caller.call(), round.sinceStart(begin), latency));
        }
    }

    private void pause(Caller caller) {
        Function<? super Caller, Duration> pause = plan.pause();
        if (pause == null) {
            return;
        }
        long nanos = pause.apply(caller).toNanos();
        long begin = System.nanoTime();
        for (long left = nanos; left > 0 && !round.isClosed(); left = nanos - (System.nanoTime() - begin)) {
            LockSupport.parkNanos(this, left);
            Thread.interrupted();
        }
    }

    /** Its stack as that of an exception, to be shown with one. */
    Throwable stack() {
        Throwable stack = new Throwable("Caller " + number + " was here");
        stack.setStackTrace(thread.getStackTrace());
        return stack;
    }

    private static Duration since(long begin) {
        return Duration.ofNanos(System.nanoTime() - begin);
    }

    /** Mixed, because the first numbers of {@link Random}s with neighbouring seeds are alike. */
    private static long seed(long race, int round, int caller) {
        return mixed(mixed(mixed(race) + round) + caller);
    }

    private static long mixed(long seed) {
        return new SplittableRandom(seed).nextLong();
    }
}
