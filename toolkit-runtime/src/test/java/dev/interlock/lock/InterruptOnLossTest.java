package dev.interlock.lock;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.interlock.test.Race;
import dev.interlock.test.RaceResult;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** {@code interruptOnLoss} stops a running body, and never anything that the thread does later. */
class InterruptOnLossTest {

    private final ScriptedLockBackend backend = new ScriptedLockBackend();
    private final LockingProcess process = new LockingProcess(backend);
    private final MutexSpec lock = process.locks.mutex("stopped").interruptOnLoss();

    @AfterEach
    void nothingIsLeft() {
        assertThat(Thread.interrupted()).isFalse();
        process.assertNothingIsLeft();
        assertThat(backend.granted).isEmpty();
    }

    @Test
    void aBodyThatWaitsIsStopped() {
        assertThatThrownBy(() -> lock.run(() -> {
                    new Thread(backend::loseAll).start();
                    TimeUnit.SECONDS.sleep(120);
                }))
                .isInstanceOf(InterruptedException.class)
                .satisfies(thrown ->
                        assertThat(thrown.getSuppressed()).singleElement().isInstanceOf(LockLostException.class));
    }

    @Test
    void aBodyThatDoesNotNoticeLeavesNoFlagBehind() {
        assertThatThrownBy(() -> lock.run(() -> {
                    backend.loseAll();
                    assertThat(Thread.currentThread().isInterrupted()).isTrue();
                }))
                .isInstanceOf(LockLostException.class);
    }

    @Test
    void theControlArmIsNotInterrupted() {
        assertThatThrownBy(() -> process.locks.mutex("stopped").run(() -> {
                    backend.loseAll();
                    assertThat(Thread.currentThread().isInterrupted()).isFalse();
                }))
                .isInstanceOf(LockLostException.class);
    }

    @Test
    void aLockThatIsLostBeforeTheBodyBeginsInterruptsItToo() {
        assertThatThrownBy(() -> process.locks.mutex("stopped").run(() -> {
                    backend.loseAll();
                    lock.run(() ->
                            assertThat(Thread.currentThread().isInterrupted()).isTrue());
                }))
                .isInstanceOf(LockLostException.class);
    }

    @Test
    void anInterruptOfSomebodyElseIsLeftAlone() {
        lock.run(() -> Thread.currentThread().interrupt());
        assertThat(Thread.interrupted()).isTrue();
    }

    @Test
    void aLossAroundTheEndOfTheBodyNeverInterruptsWhatComesAfter() throws Exception {
        AtomicBoolean done = new AtomicBoolean();
        Thread losing = new Thread(() -> {
            while (!done.get()) {
                backend.loseAll();
                LockSupport.parkNanos(ThreadLocalRandom.current().nextInt(20_000));
            }
        });
        losing.start();
        AtomicInteger lost = new AtomicInteger();
        AtomicInteger kept = new AtomicInteger();
        RaceResult<Void> race = Race.callers(4).runAll(caller -> {
            for (int i = 0; i < 3_000; i++) {
                try {
                    process.locks
                            .mutex("stopped", i % 8)
                            .waitTime(Duration.ofSeconds(60))
                            .interruptOnLoss()
                            .run(() -> spin(ThreadLocalRandom.current().nextInt(200)));
                    kept.incrementAndGet();
                } catch (LockLostException expected) {
                    lost.incrementAndGet();
                }
                assertThat(Thread.currentThread().isInterrupted()).isFalse();
            }
        });
        done.set(true);
        losing.join();
        race.requireNoFailure();
        assertThat(lost.get()).isPositive();
        assertThat(kept.get()).isPositive();
    }

    @Test
    void aLaterHolderOnTheSameThreadIsNotInterruptedForAnEarlierOne() throws Exception {
        CountDownLatch wait = new CountDownLatch(1);
        lock.run(() -> {});
        backend.loseAll();
        lock.run(() -> assertThat(wait.await(50, TimeUnit.MILLISECONDS)).isFalse());
    }

    private static void spin(int times) {
        for (int i = 0; i < times; i++) {
            Thread.onSpinWait();
        }
    }
}
