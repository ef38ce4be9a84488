package dev.interlock.lock;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.interlock.annotation.LockMode;
import dev.interlock.guard.Clock;
import dev.interlock.guard.Deadline;
import dev.interlock.key.KeyNamespace;
import dev.interlock.key.LockKey;
import dev.interlock.lock.KeyGate.Turn;
import dev.interlock.memory.MemoryLockBackend;
import dev.interlock.test.Race;
import dev.interlock.test.RaceResult;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class KeyGateTest {

    private static final LockKey KEY = new KeyNamespace("gate").key("gate");
    private static final Predicate<Grant> NO_GRANT = grant -> false;

    private final KeyGate gate = new KeyGate();

    @AfterEach
    void nobodyIsLeft() {
        assertThat(gate.size()).isZero();
    }

    @Test
    void triesOnceWithoutWaiting() {
        Turn turn = enter(0);
        assertThat(turn).isNotNull();
        assertThat(enter(0)).isNull();
        gate.leave(turn);
    }

    @Test
    void keysDoNotWaitForEachOther() throws Exception {
        LockKey other = new KeyNamespace("gate").key("other");
        Turn turn = enter(0);
        Turn elsewhere = gate.enter(other, LockMode.EXCLUSIVE, NO_GRANT, in(0));
        assertThat(elsewhere).isNotNull();
        gate.leave(turn);
        gate.leave(elsewhere);
    }

    @Test
    void servesFirstComeFirstServed() throws Exception {
        int waiters = 20;
        List<Integer> order = Collections.synchronizedList(new ArrayList<>());
        List<Thread> threads = new ArrayList<>();
        Turn turn = enter(0);
        for (int i = 0; i < waiters; i++) {
            int number = i;
            threads.add(waiting(() -> {
                Turn mine = enter(60_000);
                order.add(number);
                gate.leave(mine);
            }));
        }
        assertThat(gate.waiting()).hasSize(waiters).allMatch(waiter -> waiter.key() == KEY);
        gate.leave(turn);
        join(threads);
        assertThat(order).isSorted().hasSize(waiters);
    }

    @Test
    void aWaiterThatTimedOutIsPassedOver() throws Exception {
        Turn turn = enter(0);
        Thread impatient = new Thread(() -> assertThat(enter(50)).isNull());
        impatient.start();
        impatient.join();
        Thread patient = waiting(() -> gate.leave(enter(60_000)));
        gate.leave(turn);
        patient.join();
    }

    @Test
    void anInterruptEndsTheWaitAtOnce() throws Exception {
        Turn turn = enter(0);
        Thread waiter =
                waiting(() -> assertThatThrownBy(() -> gate.enter(KEY, LockMode.EXCLUSIVE, NO_GRANT, in(600_000)))
                        .isInstanceOf(InterruptedException.class));
        waiter.interrupt();
        waiter.join(30_000);
        assertThat(waiter.isAlive()).isFalse();
        gate.leave(turn);
    }

    @Test
    void sharedTurnsAreHeldTogetherAndExcludeAnExclusiveOne() {
        Turn first = shared(0);
        Turn second = shared(0);
        assertThat(second).isNotNull();
        assertThat(enter(0)).isNull();
        gate.leave(first);
        assertThat(enter(0)).isNull();
        gate.leave(second);
        Turn exclusive = enter(0);
        assertThat(shared(0)).isNull();
        gate.leave(exclusive);
    }

    @Test
    void aStreamOfSharedTurnsDoesNotOvertakeAnExclusiveWaiter() throws Exception {
        List<String> order = Collections.synchronizedList(new ArrayList<>());
        Turn reader = shared(0);
        Thread writer = waiting(() -> {
            Turn turn = enter(60_000);
            order.add("writer");
            gate.leave(turn);
        });
        Thread late = waiting(() -> {
            Turn turn = shared(60_000);
            order.add("reader");
            gate.leave(turn);
        });
        gate.leave(reader);
        join(List.of(writer, late));
        assertThat(order).containsExactly("writer", "reader");
    }

    @Test
    void sharedWaitersBehindAnExclusiveOneThatGivesUpAreAdmittedAtOnce() throws Exception {
        Turn reader = shared(0);
        Thread writer =
                waiting(() -> assertThatThrownBy(() -> gate.enter(KEY, LockMode.EXCLUSIVE, NO_GRANT, in(600_000)))
                        .isInstanceOf(InterruptedException.class));
        Thread late = waiting(() -> gate.leave(shared(600_000)));
        writer.interrupt();
        join(List.of(writer, late));
        gate.leave(reader);
    }

    @Test
    void theLockGoesToTheFirstInLineIfThatOneTakesIt() throws Exception {
        Grant grant = grant();
        Turn turn = enter(0);
        assertThat(gate.handOver(turn, grant)).isFalse();
        List<Grant> got = Collections.synchronizedList(new ArrayList<>());
        Thread taker = waiting(() -> {
            Turn mine = takingAny(60_000);
            got.add(mine.handedOver());
            gate.leave(mine);
        });
        assertThat(gate.handOver(turn, grant)).isTrue();
        taker.join();
        assertThat(got).containsExactly(grant);
    }

    @Test
    void theLockDoesNotPassTheFirstInLineBy() throws Exception {
        Turn turn = enter(0);
        Thread first = waiting(() -> {
            Turn mine = enter(60_000);
            assertThat(mine.handedOver()).isNull();
            gate.leave(mine);
        });
        Thread second = waiting(() -> gate.leave(takingAny(60_000)));
        assertThat(gate.handOver(turn, grant())).isFalse();
        gate.leave(turn);
        join(List.of(first, second));
    }

    @Test
    void randomTimeoutsInterruptsAndHandOffsLoseNoTurnAndNoLock() throws Exception {
        AtomicInteger inside = new AtomicInteger();
        int[] counter = {0};
        AtomicInteger entered = new AtomicInteger();
        Grant grant = grant();
        AtomicInteger grantsAround = new AtomicInteger();
        RaceResult<Void> race = Race.callers(16).runAll(caller -> {
            for (int i = 0; i < 500; i++) {
                if (ThreadLocalRandom.current().nextInt(10) == 0) {
                    Thread.currentThread().interrupt();
                }
                try {
                    Turn turn = gate.enter(
                            KEY,
                            LockMode.EXCLUSIVE,
                            ThreadLocalRandom.current().nextBoolean() ? any -> true : NO_GRANT,
                            in(ThreadLocalRandom.current().nextInt(3)));
                    Thread.interrupted();
                    if (turn != null) {
                        assertThat(inside.incrementAndGet()).isEqualTo(1);
                        assertThat(grantsAround.get()).isEqualTo(turn.handedOver() == null ? 0 : 1);
                        counter[0]++;
                        entered.incrementAndGet();
                        if (i % 7 == 0) {
                            TimeUnit.MICROSECONDS.sleep(100);
                        }
                        inside.decrementAndGet();
                        grantsAround.set(1);
                        if (!gate.handOver(turn, grant)) {
                            grantsAround.set(0);
                            gate.leave(turn);
                        }
                    }
                } catch (InterruptedException expected) {
                    assertThat(Thread.interrupted()).isFalse();
                }
            }
        });
        race.requireNoFailure();
        assertThat(counter[0]).isEqualTo(entered.get()).isPositive();
    }

    private static Grant grant() throws InterruptedException {
        LockRequest request = LockRequest.exclusive(KEY);
        LockBackend.Acquisition.Granted granted =
                (LockBackend.Acquisition.Granted) new MemoryLockBackend().acquire(request, in(0));
        return new Grant(request, granted.hold(), 64);
    }

    private static Thread waiting(Runnable work) {
        Thread thread = new Thread(work);
        thread.start();
        while (thread.getState() != Thread.State.TIMED_WAITING) {
            Thread.onSpinWait();
        }
        return thread;
    }

    private static void join(List<Thread> threads) throws InterruptedException {
        for (Thread thread : threads) {
            thread.join(30_000);
            assertThat(thread.isAlive()).isFalse();
        }
    }

    private Turn enter(long millis) {
        return enter(LockMode.EXCLUSIVE, NO_GRANT, millis);
    }

    private Turn shared(long millis) {
        return enter(LockMode.SHARED, NO_GRANT, millis);
    }

    private Turn takingAny(long millis) {
        return enter(LockMode.EXCLUSIVE, any -> true, millis);
    }

    private Turn enter(LockMode mode, Predicate<Grant> takes, long millis) {
        try {
            return gate.enter(KEY, mode, takes, in(millis));
        } catch (InterruptedException interrupt) {
            throw new AssertionError(interrupt);
        }
    }

    private static Deadline in(long millis) {
        return Deadline.after(Clock.SYSTEM, Duration.ofMillis(millis));
    }
}
