package dev.interlock.samples.racelab;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class CrowdTest {

    @Test
    void standardIsSixtyFourCallers() {
        assertThat(Crowd.STANDARD.callers()).isEqualTo(64);
    }

    @Test
    void allCallersAreInsideAtOnce() throws InterruptedException {
        CountDownLatch together = new CountDownLatch(64);

        List<Sample> samples = new Crowd(64, 1, Duration.ofSeconds(30)).perform(Pace.AT_ONCE, caller -> {
            together.countDown();
            return awaited(together) ? 1 : 0;
        });

        assertThat(samples)
                .hasSize(64)
                .allSatisfy(sample -> assertThat(sample.outcome()).isEqualTo(new Outcome.Acknowledged(1)));
    }

    @Test
    void everyCallerMakesAllItsCalls() throws InterruptedException {
        Set<Integer> callers = ConcurrentHashMap.newKeySet();

        List<Sample> samples = new Crowd(8, 3, Duration.ofSeconds(30)).perform(Pace.AT_ONCE, caller -> {
            callers.add(caller);
            return caller;
        });

        assertThat(samples).hasSize(24);
        assertThat(callers).containsExactlyInAnyOrder(0, 1, 2, 3, 4, 5, 6, 7);
        assertThat(Round.answers(samples).promised()).isEqualTo(3 * 28);
    }

    @Test
    void callThatThrowsIsASampleAndTheCallerGoesOn() throws InterruptedException {
        List<Sample> samples = new Crowd(1, 2, Duration.ofSeconds(30)).perform(Pace.AT_ONCE, caller -> {
            throw new IllegalArgumentException("no");
        });

        assertThat(samples)
                .hasSize(2)
                .allSatisfy(sample -> assertThat(sample.outcome())
                        .isEqualTo(new Outcome.Failed("java.lang.IllegalArgumentException: no")));
    }

    @Test
    void callsBeyondThePatienceAreInterruptedAndTold() {
        CountDownLatch never = new CountDownLatch(1);
        CountDownLatch interrupted = new CountDownLatch(2);

        assertThatIllegalStateException()
                .isThrownBy(() -> new Crowd(2, 1, Duration.ofMillis(200)).perform(Pace.AT_ONCE, caller -> {
                    if (!awaited(never)) {
                        interrupted.countDown();
                    }
                    return 1;
                }))
                .withMessageContaining("still running");
        assertThat(awaited(interrupted)).isTrue();
    }

    @Test
    void callsThatWereNotMadeAreTold() {
        assertThatIllegalStateException()
                .isThrownBy(() -> new Crowd(2, 3, Duration.ofSeconds(30)).perform(Pace.AT_ONCE, caller -> {
                    Thread.currentThread().interrupt();
                    return 1;
                }))
                .withMessage("The calls left their callers interrupted, so 4 calls were not made");
    }

    @Test
    void callersOfAPacedSceneMakeEachCallTogether() throws InterruptedException {
        int callers = 8;
        Set<Integer> early = ConcurrentHashMap.newKeySet();
        AtomicInteger ended = new AtomicInteger();
        AtomicIntegerArray calls = new AtomicIntegerArray(callers);
        Pace pace = new Pace(Duration.ofMillis(20), Duration.ofMillis(1));

        List<Sample> samples = new Crowd(callers, 3, Duration.ofSeconds(30)).perform(pace, caller -> {
            int before = calls.getAndIncrement(caller);
            if (ended.get() < before * callers) {
                early.add(caller);
            }
            return ended.incrementAndGet();
        });

        assertThat(samples).hasSize(24);
        assertThat(early).isEmpty();
        assertThat(new Round(samples, List.of()).nanos())
                .isGreaterThanOrEqualTo(Duration.ofMillis(40).toNanos());
    }

    @Test
    void callersOfAPacedSceneAreAsLateAsTheirClocks() {
        Pace pace = new Pace(Duration.ofMillis(20), Duration.ofMillis(3));

        assertThat(pace.together()).isTrue();
        assertThat(pace.of(0)).isEqualTo(Duration.ofMillis(20));
        assertThat(pace.of(2)).isEqualTo(Duration.ofMillis(26));
        assertThat(Pace.AT_ONCE.together()).isFalse();
    }

    @Test
    void callerThatLeavesAPacedSceneKeepsNobodyWaiting() {
        Pace pace = new Pace(Duration.ofMillis(1), Duration.ZERO);

        assertThatIllegalStateException()
                .isThrownBy(() -> new Crowd(2, 3, Duration.ofSeconds(30)).perform(pace, caller -> {
                    if (caller == 0) {
                        Thread.currentThread().interrupt();
                    }
                    return 1;
                }))
                .withMessage("The calls left their callers interrupted, so 2 calls were not made");
    }

    private static boolean awaited(CountDownLatch latch) {
        try {
            return latch.await(30, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }
}
