package dev.interlock.lock;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.interlock.guard.Clock;
import dev.interlock.guard.Deadline;
import dev.interlock.key.KeyNamespace;
import dev.interlock.key.LockKey;
import dev.interlock.testing.Race;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class KeyGateTest {

    private static final LockKey KEY = new KeyNamespace("gate").key("gate");

    private final KeyGate gate = new KeyGate();

    @AfterEach
    void nobodyIsLeft() {
        assertThat(gate.size()).isZero();
    }

    @Test
    void triesOnceWithoutWaiting() throws Exception {
        assertThat(gate.enter(KEY, in(0))).isTrue();
        assertThat(gate.enter(KEY, in(0))).isFalse();
        gate.leave(KEY);
    }

    @Test
    void keysDoNotWaitForEachOther() throws Exception {
        LockKey other = new KeyNamespace("gate").key("other");
        assertThat(gate.enter(KEY, in(0))).isTrue();
        assertThat(gate.enter(other, in(0))).isTrue();
        gate.leave(KEY);
        gate.leave(other);
    }

    @Test
    void servesFirstComeFirstServed() throws Exception {
        int waiters = 20;
        List<Integer> order = Collections.synchronizedList(new ArrayList<>());
        List<Thread> threads = new ArrayList<>();
        assertThat(gate.enter(KEY, in(0))).isTrue();
        for (int i = 0; i < waiters; i++) {
            int number = i;
            Thread thread = new Thread(() -> {
                enter(60_000);
                order.add(number);
                gate.leave(KEY);
            });
            threads.add(thread);
            thread.start();
            while (thread.getState() != Thread.State.TIMED_WAITING) {
                Thread.onSpinWait();
            }
        }
        gate.leave(KEY);
        for (Thread thread : threads) {
            thread.join();
        }
        assertThat(order).isSorted().hasSize(waiters);
    }

    @Test
    void aWaiterThatTimedOutIsPassedOver() throws Exception {
        assertThat(gate.enter(KEY, in(0))).isTrue();
        Thread impatient = new Thread(() -> assertThat(enter(50)).isFalse());
        impatient.start();
        impatient.join();
        Thread patient = new Thread(() -> {
            assertThat(enter(60_000)).isTrue();
            gate.leave(KEY);
        });
        patient.start();
        gate.leave(KEY);
        patient.join();
    }

    @Test
    void anInterruptEndsTheWaitAtOnce() throws Exception {
        assertThat(gate.enter(KEY, in(0))).isTrue();
        Thread waiter = new Thread(
                () -> assertThatThrownBy(() -> gate.enter(KEY, in(600_000))).isInstanceOf(InterruptedException.class));
        waiter.start();
        waiter.interrupt();
        waiter.join(30_000);
        assertThat(waiter.isAlive()).isFalse();
        gate.leave(KEY);
    }

    @Test
    void randomTimeoutsAndInterruptsLoseNoTurn() throws Exception {
        AtomicInteger inside = new AtomicInteger();
        int[] counter = {0};
        AtomicInteger entered = new AtomicInteger();
        List<Object> outcomes = Race.of(16, () -> {
            for (int i = 0; i < 500; i++) {
                if (ThreadLocalRandom.current().nextInt(10) == 0) {
                    Thread.currentThread().interrupt();
                }
                try {
                    if (gate.enter(KEY, in(ThreadLocalRandom.current().nextInt(3)))) {
                        assertThat(inside.incrementAndGet()).isEqualTo(1);
                        counter[0]++;
                        entered.incrementAndGet();
                        if (i % 7 == 0) {
                            TimeUnit.MICROSECONDS.sleep(100);
                        }
                        inside.decrementAndGet();
                        gate.leave(KEY);
                    }
                } catch (InterruptedException expected) {
                    assertThat(Thread.interrupted()).isFalse();
                }
            }
            return "done";
        });
        assertThat(Race.failures(outcomes)).isEmpty();
        assertThat(counter[0]).isEqualTo(entered.get()).isPositive();
    }

    private boolean enter(long millis) {
        try {
            return gate.enter(KEY, in(millis));
        } catch (InterruptedException interrupt) {
            throw new AssertionError(interrupt);
        }
    }

    private static Deadline in(long millis) {
        return Deadline.after(Clock.SYSTEM, Duration.ofMillis(millis));
    }
}
