package dev.interlock.lock;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.interlock.test.RaceResult;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;

/**
 * 2 000 waits of two processes for one lock, interrupted at random moments: every wait that an interrupt ends restores the
 * flag, and afterwards no lock, no turn and no waiter is left.
 */
abstract class InterruptedWaitsContract {

    private static final int CALLERS = 16;
    private static final int WAITS = 2_000;

    abstract LockingProcess one();

    abstract LockingProcess other();

    /** Number of locks that the backend's storage knows of now. */
    abstract int locksLeft();

    @Test
    void randomInterruptsLeaveNothingAndRestoreTheFlag() throws Exception {
        int[] counter = {0};
        AtomicInteger ran = new AtomicInteger();
        AtomicInteger interrupted = new AtomicInteger();
        AtomicInteger timedOut = new AtomicInteger();
        AtomicInteger flagLost = new AtomicInteger();
        RaceResult<Void> race = Interruptions.during(CALLERS, interruptions -> {
            for (int i = 0; i < WAITS / CALLERS; i++) {
                LockingProcess mine = ThreadLocalRandom.current().nextBoolean() ? one() : other();
                interruptions.arm();
                try {
                    mine.locks.advisory("waits").waitTime(patience()).run(() -> {
                        counter[0]++;
                        ran.incrementAndGet();
                        LockSupport.parkNanos(ThreadLocalRandom.current().nextInt(200_000));
                    });
                } catch (LockNotAcquiredException refusal) {
                    if (refusal.isBusy()) {
                        timedOut.incrementAndGet();
                    } else {
                        assertThat(refusal).hasMessageContaining("the thread was interrupted while it waited");
                        interrupted.incrementAndGet();
                        if (!Thread.currentThread().isInterrupted()) {
                            flagLost.incrementAndGet();
                        }
                    }
                }
                interruptions.disarm();
                Thread.interrupted();
            }
        });
        race.requireNoFailure();
        assertThat(ran.get() + interrupted.get() + timedOut.get()).isEqualTo(WAITS);
        assertThat(counter[0]).isEqualTo(ran.get()).isPositive();
        assertThat(interrupted.get()).isGreaterThan(WAITS / 20);
        assertThat(flagLost.get()).isZero();
        one().assertNothingIsLeft();
        other().assertNothingIsLeft();
        await().atMost(Duration.ofSeconds(10))
                .untilAsserted(() -> assertThat(locksLeft()).isZero());
        assertServed(one());
        assertServed(other());
    }

    @Test
    void randomInterruptsOfCallsForSeveralKeysLeaveNothing() throws Exception {
        RaceResult<Void> race = Interruptions.during(8, interruptions -> {
            for (int i = 0; i < 40; i++) {
                LockingProcess mine = ThreadLocalRandom.current().nextBoolean() ? one() : other();
                interruptions.arm();
                try {
                    mine.locks
                            .advisory("waits", List.of(1, 2, 3))
                            .waitTime(patience())
                            .run(() -> LockSupport.parkNanos(50_000));
                } catch (LockNotAcquiredException refusal) {
                    assertThat(refusal.isBusy() || Thread.currentThread().isInterrupted())
                            .isTrue();
                }
                interruptions.disarm();
                Thread.interrupted();
            }
        });
        race.requireNoFailure();
        one().assertNothingIsLeft();
        other().assertNothingIsLeft();
        await().atMost(Duration.ofSeconds(10))
                .untilAsserted(() -> assertThat(locksLeft()).isZero());
    }

    private static Duration patience() {
        return ThreadLocalRandom.current().nextInt(4) == 0
                ? Duration.ofMillis(ThreadLocalRandom.current().nextInt(20))
                : Duration.ofSeconds(60);
    }

    private static void assertServed(LockingProcess process) {
        assertThat(process.locks
                        .advisory("waits")
                        .waitTime(Duration.ofSeconds(10))
                        .tryRun(() -> {}))
                .isTrue();
    }
}
