package dev.interlock.test;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Callers that start at the same instant, for tests of code that must hold under concurrency: what became of every call, how
 * long each took, and as many rounds as it takes to show a race.
 *
 * <pre>{@code
 * @Test
 * void stockIsNeverOversold() throws Exception {
 *     RaceResult<Boolean> result = Race.callers(64)
 *             .rounds(5)
 *             .before(round -> stock.set("book", 10))
 *             .after(round -> assertThat(stock.of("book")).isZero())
 *             .run(caller -> guarded.buy("book"));
 *
 *     result.requireNoFailure();
 *     assertThat(result.values()).filteredOn(bought -> bought).hasSize(5 * 10);
 * }
 *
 * @Test
 * void controlArmWithoutTheGuardOversells() throws Exception { // else the test above proves nothing
 *     RaceResult<Boolean> result = Race.callers(64)
 *             .rounds(20)
 *             .before(round -> stock.set("book", 10))
 *             .run(caller -> unguarded.buy("book"));
 *
 *     assertThat(result.values()).filteredOn(bought -> bought).hasSizeGreaterThan(20 * 10);
 * }
 * }</pre>
 *
 * <p><b>Outcomes.</b> Whatever a call throws, an {@link Error} too, is its outcome, and its caller goes on with the next call. A
 * race fails by itself only if it could not be run: on a time-out, or because of {@link #before} or {@link #after}; then it
 * throws an {@link AssertionError} that tells the round and the seed. The seed repeats what callers draw from
 * {@link Caller#random()}; how the threads interleave, no seed repeats.
 *
 * <p><b>Concurrency.</b> Every caller is a new platform thread of each round, a daemon named {@code race-} and its number. All
 * wait at one barrier until the last has been created, and only then are let go. What a caller did happens-before {@link #after}
 * of its round and the return of {@link #run}. A call begins with its interrupt flag clear, as in a thread pool: what the call
 * before it left behind is dropped. When a race ends early, by a time-out or because its thread is interrupted, no further call
 * begins, those under way are interrupted and get 5 s to end; threads that ignore the interrupt stay, and the message
 * counts them.
 *
 * <p>Immutable: each setting returns another race, and one race can be run any number of times.
 */
public final class Race {

    private static final int MOST_CALLERS = 10_000;
    private static final int MOST_CALLS = 1_000_000;
    private static final Duration LONGEST = Duration.ofDays(1);

    /** What to do before a round, on the thread that runs the race. */
    @FunctionalInterface
    public interface Before {

        /** @param round from 1 */
        void prepare(int round) throws Exception;
    }

    /** What to do after a round, on the thread that runs the race, when no call runs any more. */
    @FunctionalInterface
    public interface After {

        void check(RaceRound<?> round) throws Exception;
    }

    private final RacePlan plan;

    private Race(RacePlan plan) {
        this.plan = plan;
    }

    /** @param callers 1 to 10,000 */
    public static Race callers(int callers) {
        return new Race(RacePlan.of(within("callers", callers, MOST_CALLERS)));
    }

    /** How many times all callers start anew; once by default. */
    public Race rounds(int rounds) {
        return new Race(plan.withRounds(within("rounds", rounds, Integer.MAX_VALUE)));
    }

    /** How many calls each caller makes in a round, one after the other; one by default. */
    public Race callsEach(int calls) {
        return new Race(plan.withCallsEach(within("callsEach", calls, MOST_CALLS)));
    }

    /** Lets the callers wait for each other before each of their calls and not only before the first. */
    public Race together() {
        return new Race(plan.withMeetings());
    }

    /**
     * Lets each caller pause before each of its calls, after the callers were let go; with {@link #together()}, each time. The pause
     * is no part of the latency. A zero or negative one is none; if the function throws, that is the outcome of the call.
     */
    public Race pausing(Function<? super Caller, Duration> pause) {
        return new Race(plan.withPause(Objects.requireNonNull(pause)));
    }

    /** Repeats the numbers that the callers of a former race drew; by default each run draws a seed. */
    public Race seed(long seed) {
        return new Race(plan.withSeed(seed));
    }

    /**
     * How long a round may take, from the creation of its callers to the end of the last call; 2 minutes by default.
     *
     * @param timeout more than zero, at most one day
     */
    public Race timeout(Duration timeout) {
        if (timeout.isNegative() || timeout.isZero() || timeout.compareTo(LONGEST) > 0) {
            throw new IllegalArgumentException("timeout must be more than zero and at most one day, not " + timeout);
        }
        return new Race(plan.withTimeout(timeout));
    }

    /** Runs before each round, on the thread that runs the race, for example to reset tables. The last one set counts. */
    public Race before(Before before) {
        return new Race(plan.withBefore(Objects.requireNonNull(before)));
    }

    /** Runs after each round, on the thread that runs the race, for example to assert the final state. The last one set counts. */
    public Race after(After after) {
        return new Race(plan.withAfter(Objects.requireNonNull(after)));
    }

    /**
     * Runs all rounds and returns when every call has ended. Calls that throw do not make this throw:
     * {@link RaceResult#requireNoFailure()} does.
     *
     * @throws AssertionError if a round exceeded the time-out, or {@link #before} or {@link #after} threw
     * @throws InterruptedException if this thread is interrupted
     */
    public <T extends @Nullable Object> RaceResult<T> run(RaceCall<? extends T> call) throws InterruptedException {
        Objects.requireNonNull(call);
        Long chosen = plan.seed();
        long seed = chosen != null ? chosen : ThreadLocalRandom.current().nextLong();
        List<RaceRound<T>> rounds = new ArrayList<>();
        for (int number = 1; number <= plan.rounds(); number++) {
            prepare(number, seed);
            RaceRound<T> round = new RunningRound<T>(plan, number, seed, call).run();
            check(round);
            rounds.add(round);
        }
        return new RaceResult<>(seed, rounds);
    }

    /**
     * Like {@link #run} for calls that return nothing.
     *
     * @throws AssertionError if a round exceeded the time-out, or {@link #before} or {@link #after} threw
     * @throws InterruptedException if this thread is interrupted
     */
    @SuppressWarnings("NullAway") // generic nullability is beyond the checker
    public RaceResult<@Nullable Void> runAll(RaceAction action) throws InterruptedException {
        Objects.requireNonNull(action);
        return run(caller -> {
            action.run(caller);
            return null;
        });
    }

    private void prepare(int round, long seed) throws InterruptedException {
        try {
            plan.before().prepare(round);
        } catch (InterruptedException interrupted) {
            throw interrupted;
        } catch (Throwable thrown) {
            throw RaceFailures.before(round, seed, thrown);
        }
    }

    private void check(RaceRound<?> round) throws InterruptedException {
        try {
            plan.after().check(round);
        } catch (InterruptedException interrupted) {
            throw interrupted;
        } catch (Throwable thrown) {
            throw RaceFailures.after(round, thrown);
        }
    }

    private static int within(String setting, int value, int most) {
        if (value < 1 || value > most) {
            throw new IllegalArgumentException(setting + " must be 1 to " + most + ", not " + value);
        }
        return value;
    }
}
