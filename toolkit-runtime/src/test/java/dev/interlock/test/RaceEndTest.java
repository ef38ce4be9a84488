package dev.interlock.test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Races that end before their callers are through; none leaves a thread. */
@Timeout(120)
class RaceEndTest {

    private final Set<Thread> threads = ConcurrentHashMap.newKeySet();

    @Test
    void callersBeyondTheTimeoutAreInterruptedAndTold() {
        CountDownLatch never = new CountDownLatch(1);
        AtomicInteger interrupted = new AtomicInteger();
        IllegalStateException refused = new IllegalStateException("refused");
        Race race = Race.callers(8).seed(42).timeout(Duration.ofMillis(500));

        assertThatExceptionOfType(AssertionError.class)
                .isThrownBy(() -> race.runAll(caller -> {
                    threads.add(Thread.currentThread());
                    if (caller.number() == 0) {
                        throw refused;
                    }
                    try {
                        never.await();
                    } catch (InterruptedException e) {
                        interrupted.incrementAndGet();
                    }
                }))
                .withMessage("7 of 8 callers were still running after PT0.5S in round 1 (seed 42) and were interrupted")
                .satisfies(failure -> {
                    List<Throwable> told = List.of(failure.getSuppressed());
                    assertThat(told).hasSize(6).contains(refused);
                    assertThat(told.get(0))
                            .hasMessage("Caller 1 was here")
                            .hasStackTraceContaining("CountDownLatch.await")
                            .hasStackTraceContaining("RaceEndTest");
                });
        assertThat(interrupted).hasValue(7);
        assertNoThreadIsLeft();
    }

    @Test
    void noFurtherCallBeginsAfterTheTimeout() {
        AtomicInteger calls = new AtomicInteger();
        Race race = Race.callers(4).callsEach(1_000_000).timeout(Duration.ofMillis(300));

        assertThatExceptionOfType(AssertionError.class)
                .isThrownBy(() -> race.runAll(caller -> {
                    threads.add(Thread.currentThread());
                    calls.incrementAndGet();
                    TimeUnit.MILLISECONDS.sleep(1);
                }));

        assertNoThreadIsLeft();
        int made = calls.get();
        await().during(Duration.ofMillis(100)).until(() -> calls.get() == made);
    }

    @Test
    void timeoutEndsMeetingsAndPauses() {
        Race race = Race.callers(4)
                .callsEach(2)
                .together()
                .timeout(Duration.ofMillis(300))
                .pausing(caller -> caller.number() == 0 && caller.call() == 0 ? Duration.ofHours(1) : Duration.ZERO);

        assertThatExceptionOfType(AssertionError.class)
                .isThrownBy(() -> race.runAll(caller -> threads.add(Thread.currentThread())))
                .withMessageStartingWith("4 of 4 callers were still running after PT0.3S");

        assertThat(threads).hasSize(3);
        assertNoThreadIsLeft();
    }

    @Test
    void callersThatIgnoreTheInterruptAreCounted() {
        AtomicBoolean over = new AtomicBoolean();
        Race race = Race.callers(3).timeout(Duration.ofMillis(200));
        try {
            assertThatExceptionOfType(AssertionError.class)
                    .isThrownBy(() -> race.runAll(caller -> {
                        threads.add(Thread.currentThread());
                        while (caller.number() == 1 && !over.get()) {
                            Thread.onSpinWait();
                        }
                    }))
                    .withMessageContaining("1 of 3 callers were still running after PT0.2S")
                    .withMessageEndingWith("; still running in spite of that: 1");
            assertThat(threads).allMatch(Thread::isDaemon);
        } finally {
            over.set(true);
        }
        await().untilAsserted(this::assertNoThreadIsLeft);
    }

    @Test
    void interruptOfTheRaceInterruptsItsCallers() throws Exception {
        CountDownLatch running = new CountDownLatch(4);
        CountDownLatch never = new CountDownLatch(1);
        AtomicInteger interrupted = new AtomicInteger();
        FutureTask<RaceResult<Void>> race =
                new FutureTask<>(() -> Race.callers(4).callsEach(5).runAll(caller -> {
                    threads.add(Thread.currentThread());
                    running.countDown();
                    try {
                        never.await();
                    } finally {
                        interrupted.incrementAndGet();
                    }
                }));
        Thread racing = new Thread(race);
        racing.start();
        running.await();

        racing.interrupt();

        assertThatExceptionOfType(ExecutionException.class)
                .isThrownBy(() -> race.get(60, TimeUnit.SECONDS))
                .withCauseInstanceOf(InterruptedException.class);
        assertThat(interrupted).hasValue(4);
        assertNoThreadIsLeft();
    }

    @Test
    void interruptedThreadStartsNoRace() {
        Thread.currentThread().interrupt();

        assertThatExceptionOfType(InterruptedException.class)
                .isThrownBy(() -> Race.callers(2).runAll(caller -> threads.add(Thread.currentThread())));

        assertThat(threads).isEmpty();
        assertThat(Thread.interrupted()).isFalse();
    }

    @Test
    void interruptOfAPreparationIsPassedOn() {
        assertThatExceptionOfType(InterruptedException.class)
                .isThrownBy(() -> Race.callers(2)
                        .before(round -> {
                            throw new InterruptedException();
                        })
                        .runAll(caller -> {}));
    }

    @Test
    void threadsAreNamedByTheirCallersAndGoneAfterwards() throws Exception {
        RaceResult<String> result = Race.callers(3).rounds(2).run(caller -> {
            threads.add(Thread.currentThread());
            return Thread.currentThread().getName();
        });

        assertThat(result.values()).containsExactly("race-0", "race-1", "race-2", "race-0", "race-1", "race-2");
        assertThat(threads).hasSize(6);
        assertNoThreadIsLeft();
    }

    private void assertNoThreadIsLeft() {
        assertThat(threads).noneMatch(Thread::isAlive);
    }
}
