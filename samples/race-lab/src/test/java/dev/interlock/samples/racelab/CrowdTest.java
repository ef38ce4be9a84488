package dev.interlock.samples.racelab;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
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

        List<Sample> samples = new Crowd(64, 1, Duration.ofSeconds(30)).perform(caller -> {
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

        List<Sample> samples = new Crowd(8, 3, Duration.ofSeconds(30)).perform(caller -> {
            callers.add(caller);
            return caller;
        });

        assertThat(samples).hasSize(24);
        assertThat(callers).containsExactlyInAnyOrder(0, 1, 2, 3, 4, 5, 6, 7);
        assertThat(Round.acknowledged(samples).sum()).isEqualTo(3 * 28);
    }

    @Test
    void callThatThrowsIsASampleAndTheCallerGoesOn() throws InterruptedException {
        List<Sample> samples = new Crowd(1, 2, Duration.ofSeconds(30)).perform(caller -> {
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
                .isThrownBy(() -> new Crowd(2, 1, Duration.ofMillis(200)).perform(caller -> {
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
                .isThrownBy(() -> new Crowd(2, 3, Duration.ofSeconds(30)).perform(caller -> {
                    Thread.currentThread().interrupt();
                    return 1;
                }))
                .withMessage("The calls left their callers interrupted, so 4 calls were not made");
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
