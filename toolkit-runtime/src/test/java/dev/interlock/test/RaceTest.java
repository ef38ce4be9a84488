package dev.interlock.test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(120)
class RaceTest {

    private static final int CALLERS = 64;

    @Test
    void allCallersAreInsideTheCallAtOnce() throws Exception {
        CyclicBarrier inside = new CyclicBarrier(CALLERS);

        RaceResult<Integer> result = Race.callers(CALLERS).run(caller -> inside.await(60, TimeUnit.SECONDS));

        assertThat(result.requireNoFailure().values()).hasSize(CALLERS).doesNotHaveDuplicates();
    }

    @Test
    void tenThousandCallersStartTogether() throws Exception {
        CountDownLatch inside = new CountDownLatch(10_000);

        RaceResult<Boolean> result = Race.callers(10_000).run(caller -> {
            inside.countDown();
            return inside.await(60, TimeUnit.SECONDS);
        });

        assertThat(result.values()).hasSize(10_000).containsOnly(true);
    }

    @Test
    void nobodyBeginsBeforeTheLastThreadHasStarted() throws Exception {
        AtomicBoolean first = new AtomicBoolean(true);
        CountDownLatch seen = new CountDownLatch(1);

        RaceResult<Long> result = Race.callers(CALLERS).run(caller -> {
            if (!first.getAndSet(false)) {
                seen.await();
                return (long) CALLERS;
            }
            try {
                return racing();
            } finally {
                seen.countDown();
            }
        });

        assertThat(result.values()).containsOnly((long) CALLERS);
    }

    @Test
    void outcomesAreInTheOrderOfRoundsCallersAndCalls() throws Exception {
        RaceResult<String> result = Race.callers(3)
                .rounds(2)
                .callsEach(2)
                .pausing(caller -> Duration.ofMillis(9 - 3L * caller.number()))
                .run(caller -> caller.round() + "." + caller.number() + "." + caller.call());

        assertThat(result.values())
                .containsExactly(
                        "1.0.0", "1.0.1", "1.1.0", "1.1.1", "1.2.0", "1.2.1", //
                        "2.0.0", "2.0.1", "2.1.0", "2.1.1", "2.2.0", "2.2.1");
        assertThat(result.outcomes())
                .extracting(outcome -> outcome.round() + "." + outcome.caller() + "." + outcome.call())
                .isEqualTo(result.values());
        assertThat(result.rounds()).extracting(RaceRound::number).containsExactly(1, 2);
    }

    @Test
    void whateverIsThrownIsAnOutcomeAndTheCallerGoesOn() throws Exception {
        AssertionError error = new AssertionError("no");

        RaceResult<Integer> result = Race.callers(2).callsEach(3).run(caller -> {
            switch (caller.call()) {
                case 0:
                    throw error;
                case 1:
                    throw new java.io.IOException("closed");
                default:
                    return caller.number();
            }
        });

        assertThat(result.values()).containsExactly(0, 1);
        assertThat(result.countReturned()).isEqualTo(2);
        assertThat(result.countThrown()).isEqualTo(4);
        assertThat(result.failures(Error.class)).containsExactly(error, error);
        assertThat(result.failures(java.io.IOException.class)).hasSize(2);
        assertThat(result.failures()).hasSize(4);
    }

    @Test
    void failuresAreToldWithTheSeed() throws Exception {
        RaceResult<Integer> result = Race.callers(8).seed(42).run(caller -> {
            if (caller.number() > 0) {
                throw new IllegalStateException("caller " + caller.number());
            }
            return 0;
        });

        assertThatExceptionOfType(AssertionError.class)
                .isThrownBy(result::requireNoFailure)
                .withMessageStartingWith("7 of 8 calls failed (seed 42): round 1, caller 1, call 0: "
                        + "java.lang.IllegalStateException: caller 1; ")
                .satisfies(failure -> {
                    assertThat(failure).hasCauseInstanceOf(IllegalStateException.class);
                    assertThat(failure.getSuppressed()).hasSize(5).doesNotContain(failure.getCause());
                });
    }

    @Test
    void seedRepeatsWhatCallersDraw() throws Exception {
        Race race = Race.callers(16).rounds(2).callsEach(3).seed(7);
        RaceResult<Integer> first = race.run(caller -> caller.random().nextInt());

        assertThat(race.run(caller -> caller.random().nextInt()).values()).isEqualTo(first.values());
        assertThat(first.values()).doesNotHaveDuplicates();
        assertThat(race.seed(8).run(caller -> caller.random().nextInt()).values())
                .isNotEqualTo(first.values());
    }

    @Test
    void drawnSeedIsToldAndRepeats() throws Exception {
        Race race = Race.callers(4);
        RaceResult<Integer> first = race.run(caller -> caller.random().nextInt());

        assertThat(race.seed(first.seed())
                        .run(caller -> caller.random().nextInt())
                        .values())
                .isEqualTo(first.values());
        assertThat(race.run(caller -> caller.random().nextInt()).seed()).isNotEqualTo(first.seed());
    }

    @Test
    void neighbouringSeedsDrawUnlikeNumbers() throws Exception {
        List<Integer> drawn = new ArrayList<>();
        for (long seed = 0; seed < 32; seed++) {
            drawn.addAll(Race.callers(8)
                    .seed(seed)
                    .run(caller -> caller.random().nextInt(1000))
                    .values());
        }

        assertThat(drawn.stream().distinct().count()).isGreaterThan(150);
    }

    @Test
    void beforeAndAfterSurroundEachRoundOnTheCallingThread() throws Exception {
        Thread here = Thread.currentThread();
        List<String> steps = new ArrayList<>();
        // Neither volatile nor atomic: the race itself orders the rounds.
        int[] sum = new int[CALLERS];

        Race.callers(CALLERS)
                .rounds(3)
                .before(round -> {
                    assertThat(Thread.currentThread()).isSameAs(here);
                    steps.add("before " + round);
                })
                .after(round -> {
                    assertThat(Thread.currentThread()).isSameAs(here);
                    assertThat(round.values()).hasSize(CALLERS);
                    assertThat(sum).containsOnly(round.number());
                    steps.add("after " + round.number());
                })
                .runAll(caller -> sum[caller.number()]++)
                .requireNoFailure();

        assertThat(steps).containsExactly("before 1", "after 1", "before 2", "after 2", "before 3", "after 3");
    }

    @Test
    void checkThatFailsNamesRoundAndSeedAndEndsTheRace() {
        AtomicInteger rounds = new AtomicInteger();
        IllegalStateException noStock = new IllegalStateException("no stock");
        Race race = Race.callers(2).rounds(5).seed(11).before(rounds::set).after(round -> {
            if (round.number() == 3) {
                throw new AssertionError("expected 2 but was 1");
            }
        });

        assertThatExceptionOfType(AssertionError.class)
                .isThrownBy(() -> race.run(caller -> {
                    if (caller.number() == 1) {
                        throw noStock;
                    }
                    return 0;
                }))
                .withMessage("The check after round 3 failed (seed 11); 1 of 2 calls threw: "
                        + "java.lang.AssertionError: expected 2 but was 1")
                .withCauseInstanceOf(AssertionError.class)
                .satisfies(failure -> assertThat(failure.getSuppressed()).containsExactly(noStock));
        assertThat(rounds).hasValue(3);
    }

    @Test
    void preparationThatFailsStartsNobody() {
        AtomicBoolean called = new AtomicBoolean();
        Race race = Race.callers(2).seed(11).before(round -> {
            throw new java.sql.SQLException("no table");
        });

        assertThatExceptionOfType(AssertionError.class)
                .isThrownBy(() -> race.runAll(caller -> called.set(true)))
                .withMessage("Could not prepare round 1 (seed 11): java.sql.SQLException: no table")
                .withCauseInstanceOf(java.sql.SQLException.class);
        assertThat(called).isFalse();
    }

    @Test
    void callersThatMeetMakeEachCallTogether() throws Exception {
        AtomicInteger ended = new AtomicInteger();
        AtomicIntegerArray early = new AtomicIntegerArray(1);

        Race.callers(8)
                .callsEach(50)
                .together()
                .runAll(caller -> {
                    if (ended.get() < caller.call() * 8) {
                        early.incrementAndGet(0);
                    }
                    ended.incrementAndGet();
                })
                .requireNoFailure();

        assertThat(ended).hasValue(400);
        assertThat(early.get(0)).isZero();
    }

    @Test
    void pausesComeBeforeEachCallAndAreNoPartOfTheLatency() throws Exception {
        RaceResult<Integer> result = Race.callers(4)
                .callsEach(2)
                .together()
                .pausing(caller -> Duration.ofMillis(300 + caller.number()))
                .run(Caller::call);

        assertThat(result.outcomes()).allSatisfy(outcome -> {
            assertThat(outcome.start()).isGreaterThanOrEqualTo(Duration.ofMillis((outcome.call() + 1) * 300L));
            assertThat(outcome.latency()).isLessThan(Duration.ofMillis(300));
        });
        assertThat(result.elapsed()).isGreaterThanOrEqualTo(Duration.ofMillis(300));
    }

    @Test
    void pauseThatThrowsIsTheOutcome() throws Exception {
        RaceResult<Integer> result = Race.callers(2)
                .callsEach(2)
                .together()
                .pausing(caller -> {
                    if (caller.number() == 0) {
                        throw new IllegalStateException("no pause");
                    }
                    return Duration.ofMillis(-1);
                })
                .run(Caller::number);

        assertThat(result.failures(IllegalStateException.class)).hasSize(2);
        assertThat(result.values()).containsExactly(1, 1);
    }

    @Test
    void interruptedCallSpoilsNeitherTheNextNorTheOthers() throws Exception {
        RaceResult<Boolean> result = Race.callers(4).callsEach(20).together().run(caller -> {
            boolean inherited = Thread.currentThread().isInterrupted();
            Thread.currentThread().interrupt();
            if (caller.call() % 2 == 0) {
                throw new InterruptedException();
            }
            return inherited;
        });

        assertThat(result.values()).hasSize(40).containsOnly(false);
        assertThat(result.failures(InterruptedException.class)).hasSize(40);
    }

    @Test
    void callersInterruptedBetweenTheirCallsMakeThemAll() throws Exception {
        Set<Thread> callers = ConcurrentHashMap.newKeySet();
        AtomicBoolean over = new AtomicBoolean();
        Thread interrupter = new Thread(() -> {
            while (!over.get()) {
                callers.forEach(Thread::interrupt);
                Thread.yield();
            }
        });
        interrupter.start();
        try {
            RaceResult<Integer> result = Race.callers(4)
                    .callsEach(20)
                    .together()
                    .pausing(caller -> Duration.ofMillis(5))
                    .run(caller -> {
                        callers.add(Thread.currentThread());
                        return caller.call();
                    });

            assertThat(result.requireNoFailure().values()).hasSize(80);
            assertThat(result.outcomes())
                    .allSatisfy(outcome -> assertThat(outcome.start())
                            .isGreaterThanOrEqualTo(Duration.ofMillis(5L * (outcome.call() + 1))));
        } finally {
            over.set(true);
            interrupter.join();
        }
    }

    @Test
    void settingsOutOfRangeAreRefused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Race.callers(0))
                .withMessage("callers must be 1 to 10000, not 0");
        assertThatIllegalArgumentException().isThrownBy(() -> Race.callers(10_001));
        assertThatIllegalArgumentException().isThrownBy(() -> Race.callers(1).rounds(0));
        assertThatIllegalArgumentException().isThrownBy(() -> Race.callers(1).callsEach(-1));
        assertThatIllegalArgumentException().isThrownBy(() -> Race.callers(1).timeout(Duration.ZERO));
        assertThatIllegalArgumentException().isThrownBy(() -> Race.callers(1).timeout(Duration.ofDays(2)));
    }

    @Test
    void settingsLeaveTheRaceTheyAreDerivedFrom() throws Exception {
        Race race = Race.callers(2);
        race.rounds(3).callsEach(4).before(round -> {
            throw new AssertionError("of the other");
        });

        assertThat(race.run(Caller::round).values()).containsExactly(1, 1);
    }

    @Test
    void controlArmOfAnUnguardedCounterLosesUpdates() throws Exception {
        Counter counter = new Counter();

        Race.callers(CALLERS)
                .rounds(20)
                .callsEach(500)
                .runAll(caller -> counter.increment())
                .requireNoFailure();

        assertThat(counter.value).isLessThan(5 * 500 * CALLERS);
    }

    @Test
    void guardedCounterLosesNone() throws Exception {
        Counter counter = new Counter();

        Race.callers(CALLERS)
                .rounds(5)
                .callsEach(500)
                .runAll(caller -> {
                    synchronized (counter) {
                        counter.increment();
                    }
                })
                .requireNoFailure();

        assertThat(counter.value).isEqualTo(5 * 500 * CALLERS);
    }

    private static final class Counter {

        private int value;

        void increment() {
            int read = value;
            Thread.yield();
            value = read + 1;
        }
    }

    private static long racing() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().startsWith("race-"))
                .count();
    }
}
