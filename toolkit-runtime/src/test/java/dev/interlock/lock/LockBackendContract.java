package dev.interlock.lock;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.interlock.guard.Clock;
import dev.interlock.guard.Deadline;
import dev.interlock.key.KeyNamespace;
import dev.interlock.key.LockKey;
import dev.interlock.lock.BackendHold.State;
import dev.interlock.lock.LockBackend.Acquisition;
import dev.interlock.test.Race;
import dev.interlock.test.RaceResult;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.springframework.format.datetime.standard.DurationFormatterUtils;

/** What every session lock backend promises, whatever it is made of. */
public abstract class LockBackendContract {

    private static final KeyNamespace NAMESPACE = new KeyNamespace("lock-backend-contract");
    private static final int CALLERS = 16;
    private static final int ROUNDS = 25;

    private final LockKey key = NAMESPACE.key("contract", UUID.randomUUID().toString());

    /** The backend under test, the same at each call. */
    protected abstract LockBackend backend();

    /** A backend that could belong to another process, or the same one if there can be no other. */
    protected abstract LockBackend otherProcess();

    /** Number of locks that the backend's storage knows of now, of all keys. */
    protected abstract int locksLeft() throws Exception;

    @AfterEach
    void nothingIsLeft() throws Exception {
        assertThat(locksLeft()).isZero();
    }

    @Test
    void grantsAFreeLockAndReleasesIt() throws Exception {
        BackendHold hold = granted(backend(), "0s");
        assertThat(hold.known()).isEqualTo(State.HELD);
        assertThat(hold.verify()).isEqualTo(State.HELD);
        assertThat(hold.release(Duration.ZERO).join()).isEqualTo(State.HELD);
        assertThat(granted(backend(), "0s").release(Duration.ZERO).join()).isEqualTo(State.HELD);
    }

    @Test
    void refusesAHeldLockToItsOwnAndToOtherProcesses() throws Exception {
        BackendHold hold = granted(backend(), "0s");
        assertThat(acquire(backend(), "0s")).isInstanceOf(Acquisition.Unavailable.class);
        assertThat(acquire(otherProcess(), "0s")).isInstanceOf(Acquisition.Unavailable.class);
        hold.release(Duration.ZERO).join();
    }

    @Test
    void waitsEndByTheirDeadline() throws Exception {
        BackendHold hold = granted(backend(), "0s");
        long start = System.nanoTime();
        assertThat(acquire(otherProcess(), "300ms")).isInstanceOf(Acquisition.Unavailable.class);
        assertThat(Duration.ofNanos(System.nanoTime() - start))
                .isBetween(Duration.ofMillis(300), Duration.ofSeconds(10));
        hold.release(Duration.ZERO).join();
    }

    @Test
    void aWaiterGetsTheLockWhenItIsReleased() throws Exception {
        BackendHold hold = granted(backend(), "0s");
        Thread release = new Thread(() -> {
            pause(200);
            hold.release(Duration.ZERO).join();
        });
        release.start();
        granted(otherProcess(), "30s").release(Duration.ZERO).join();
        release.join();
    }

    @Test
    void aHoldIsReleasedOnceAndOnlyByItself() throws Exception {
        BackendHold first = granted(backend(), "0s");
        assertThat(first.release(Duration.ZERO).join()).isEqualTo(State.HELD);
        BackendHold second = granted(backend(), "0s");
        assertThat(first.release(Duration.ZERO).join()).isEqualTo(State.LOST);
        assertThat(second.verify()).isEqualTo(State.HELD);
        assertThat(acquire(otherProcess(), "0s")).isInstanceOf(Acquisition.Unavailable.class);
        second.release(Duration.ZERO).join();
    }

    @Test
    void anyThreadMayRelease() throws Exception {
        BackendHold hold = granted(backend(), "0s");
        Thread other = new Thread(() -> hold.release(Duration.ZERO).join());
        other.start();
        other.join();
        granted(otherProcess(), "0s").release(Duration.ZERO).join();
    }

    @Test
    void anInterruptedWaiterLeavesNothing() throws Exception {
        BackendHold hold = granted(backend(), "0s");
        Thread waiter = new Thread(() ->
                assertThatThrownBy(() -> acquire(otherProcess(), "60s")).isInstanceOf(InterruptedException.class));
        waiter.start();
        pause(100);
        waiter.interrupt();
        waiter.join(TimeUnit.SECONDS.toMillis(30));
        assertThat(waiter.isAlive()).isFalse();
        hold.release(Duration.ZERO).join();
        granted(otherProcess(), "0s").release(Duration.ZERO).join();
    }

    @Test
    void aCancelledWaiterLeavesNothing() throws Exception {
        BackendHold hold = granted(backend(), "0s");
        ExecutorService waiters = Executors.newFixedThreadPool(CALLERS);
        List<Future<Acquisition>> waiting = new ArrayList<>();
        for (int i = 0; i < CALLERS; i++) {
            waiting.add(waiters.submit(() -> acquire(otherProcess(), "60s")));
        }
        pause(100);
        waiting.forEach(waiter -> waiter.cancel(true));
        waiters.shutdown();
        assertThat(waiters.awaitTermination(30, TimeUnit.SECONDS)).isTrue();
        hold.release(Duration.ZERO).join();
        granted(otherProcess(), "0s").release(Duration.ZERO).join();
    }

    @Test
    void randomInterruptsLeaveNothing() throws Exception {
        AtomicInteger inside = new AtomicInteger();
        AtomicInteger overlaps = new AtomicInteger();
        RaceResult<Void> race = Race.callers(CALLERS).runAll(caller -> {
            for (int i = 0; i < ROUNDS; i++) {
                Thread me = Thread.currentThread();
                Thread interrupter = new Thread(() -> {
                    pause(ThreadLocalRandom.current().nextInt(5));
                    me.interrupt();
                });
                interrupter.start();
                try {
                    if (acquire(i % 2 == 0 ? backend() : otherProcess(), "20ms")
                            instanceof Acquisition.Granted granted) {
                        if (inside.incrementAndGet() > 1) {
                            overlaps.incrementAndGet();
                        }
                        inside.decrementAndGet();
                        granted.hold().release(Duration.ZERO).join();
                    }
                } catch (InterruptedException expected) {
                    // The wait was interrupted, which is what this is about.
                } finally {
                    joinUninterruptibly(interrupter);
                    Thread.interrupted();
                }
            }
        });
        race.requireNoFailure();
        assertThat(overlaps).hasValue(0);
        granted(backend(), "30s").release(Duration.ZERO).join();
    }

    @Test
    void anUnprotectedCounterSumsExactly() throws Exception {
        int[] counter = {0};
        RaceResult<Void> race = Race.callers(CALLERS).runAll(caller -> {
            for (int i = 0; i < ROUNDS; i++) {
                BackendHold hold = granted(i % 2 == 0 ? backend() : otherProcess(), "60s");
                increment(counter);
                hold.release(Duration.ZERO).join();
            }
        });
        race.requireNoFailure();
        assertThat(counter[0]).isEqualTo(CALLERS * ROUNDS);
    }

    @Test
    void controlArmWithoutTheLockLosesCounts() throws Exception {
        int[] counter = {0};
        RaceResult<Void> race = Race.callers(CALLERS).runAll(caller -> {
            for (int i = 0; i < ROUNDS; i++) {
                increment(counter);
            }
        });
        race.requireNoFailure();
        assertThat(counter[0]).isLessThan(CALLERS * ROUNDS);
    }

    @Test
    void describesTheHolderWithoutTheKey() throws Exception {
        BackendHold hold = granted(backend(), "0s");
        assertThat(backend().describeHolder(key))
                .isNotBlank()
                .doesNotContain(key.parts().get(0));
        hold.release(Duration.ZERO).join();
        assertThat(backend().describeHolder(key)).isEqualTo("nobody now");
    }

    private static void increment(int[] counter) {
        int read = counter[0];
        Thread.yield();
        pause(1);
        counter[0] = read + 1;
    }

    private BackendHold granted(LockBackend backend, String wait) throws InterruptedException {
        Acquisition acquisition = acquire(backend, wait);
        assertThat(acquisition).isInstanceOf(Acquisition.Granted.class);
        return ((Acquisition.Granted) acquisition).hold();
    }

    private Acquisition acquire(LockBackend backend, String wait) throws InterruptedException {
        Duration duration = DurationFormatterUtils.detectAndParse(wait);
        return backend.acquire(LockRequest.exclusive(key), Deadline.after(Clock.SYSTEM, duration));
    }

    private static void pause(long millis) {
        try {
            Thread.sleep(millis);
        } catch (InterruptedException interrupt) {
            Thread.currentThread().interrupt();
        }
    }

    private static void joinUninterruptibly(Thread thread) {
        while (true) {
            try {
                thread.join();
                return;
            } catch (InterruptedException again) {
                Thread.interrupted();
            }
        }
    }
}
