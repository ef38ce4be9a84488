package dev.interlock.lock;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.interlock.test.Race;
import dev.interlock.test.RaceResult;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A lock passes from holder to holder inside the JVM: how often, in which order, to whom, and to whom not. */
class HandOffTest {

    private static final int MOST_HOLDERS = 65;
    private static final int THREADS = 64;
    private static final int ROUNDS = 50;
    private static final long LONG_ENOUGH_TO_BE_WAITED_FOR = 10_000;

    private final ScriptedLockBackend backend = new ScriptedLockBackend();
    private final LockingProcess process = new LockingProcess(backend);
    private final AdvisoryLockSpec lock = process.locks.advisory("hot").waitTime(Duration.ofSeconds(120));
    private int counter;

    @AfterEach
    void nothingIsLeft() throws Exception {
        process.assertNothingIsLeft();
        assertThat(backend.isFree(LockingProcess.key("hot"))).isTrue();
    }

    @Test
    void sixtyFourThreadsAskTheBackendOnceInManyCalls() throws Exception {
        long start = System.nanoTime();
        RaceResult<Void> race = Race.callers(THREADS).runAll(caller -> {
            for (int i = 0; i < ROUNDS; i++) {
                lock.run(() -> {
                    counter++;
                    LockSupport.parkNanos(LONG_ENOUGH_TO_BE_WAITED_FOR);
                });
            }
        });
        long tensOfMillis = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start) / 10;
        race.requireNoFailure();
        int calls = THREADS * ROUNDS;
        assertThat(counter).isEqualTo(calls);
        assertThat(backend.asked.get())
                .isGreaterThanOrEqualTo(calls / MOST_HOLDERS)
                .isLessThanOrEqualTo((int) (calls / MOST_HOLDERS + tensOfMillis + THREADS));
    }

    @Test
    void tokensGrowFromHolderToHolderOverHandOffsAndGrants() throws Exception {
        List<Long> tokens = new ArrayList<>();
        RaceResult<Void> race = Race.callers(32).runAll(caller -> {
            for (int i = 0; i < 100; i++) {
                lock.run(() -> tokens.add(FencingToken.current().value()));
            }
        });
        race.requireNoFailure();
        assertThat(tokens).hasSize(3_200).doesNotHaveDuplicates().isSorted();
        assertThat(backend.asked.get()).isGreaterThan(1).isLessThan(3_200);
    }

    @Test
    void theLineIsServedInItsOrder() throws Exception {
        int waiters = 30;
        List<Integer> order = Collections.synchronizedList(new ArrayList<>());
        List<CompletableFuture<Object>> calls = new ArrayList<>();
        LockHandle handle = lock.acquire();
        for (int i = 0; i < waiters; i++) {
            int number = i;
            calls.add(started(() -> lock.run(() -> order.add(number))));
            process.awaitWaiting(i + 1);
        }
        handle.close();
        for (CompletableFuture<Object> call : calls) {
            assertThat(call.get(60, TimeUnit.SECONDS)).isEqualTo("done");
        }
        assertThat(order).hasSize(waiters).isSorted();
        assertThat(backend.asked.get()).isLessThan(waiters);
    }

    @Test
    void aLostLockIsNotHandedOn() throws Exception {
        LockHandle handle = lock.acquire();
        CompletableFuture<Object> next = started(
                () -> lock.run(() -> assertThat(LockHold.current().isLost()).isFalse()));
        process.awaitWaiting(1);
        backend.loseAll();
        assertThat(catchThrowable(handle::close)).isInstanceOf(LockLostException.class);
        assertThat(next.get(60, TimeUnit.SECONDS)).isEqualTo("done");
        assertThat(backend.asked.get()).isEqualTo(2);
    }

    @Test
    void theControlArmIsHandedOn() throws Exception {
        LockHandle handle = lock.acquire();
        CompletableFuture<Object> next = started(() -> lock.run(() -> {}));
        process.awaitWaiting(1);
        handle.close();
        assertThat(next.get(60, TimeUnit.SECONDS)).isEqualTo("done");
        assertThat(backend.asked.get()).isEqualTo(1);
    }

    @Test
    void aHolderThatWantsAnotherLeaseAsksTheBackend() throws Exception {
        MutexSpec mutex = process.locks.mutex("hot").waitTime(Duration.ofSeconds(60));
        LockHandle handle = mutex.leaseTime(Duration.ofSeconds(30)).acquire();
        CompletableFuture<Object> next =
                started(() -> mutex.leaseTime(Duration.ofSeconds(20)).run(() -> {}));
        process.awaitWaiting(1);
        handle.close();
        assertThat(next.get(60, TimeUnit.SECONDS)).isEqualTo("done");
        assertThat(backend.requests)
                .extracting(LockRequest::lease)
                .containsExactly(Duration.ofSeconds(30), Duration.ofSeconds(20));
    }

    @Test
    void aHolderOfSeveralKeysAsksTheBackendAndHandsNothingOn() throws Exception {
        AdvisoryLockSpec two = process.locks.advisory("pair", List.of("a", "b")).waitTime(Duration.ofSeconds(60));
        LockHandle handle = two.acquire();
        CompletableFuture<Object> next = started(() -> two.run(() -> {}));
        process.awaitWaiting(1);
        handle.close();
        assertThat(next.get(60, TimeUnit.SECONDS)).isEqualTo("done");
        assertThat(backend.asked.get()).isEqualTo(4);
    }

    @Test
    void aHolderThatMustKeepTheLockDoesNotHandItOn() throws Exception {
        MutexSpec mutex =
                process.locks.mutex("hot").minHold(Duration.ofMillis(300)).waitTime(Duration.ofSeconds(60));
        long start = System.nanoTime();
        LockHandle handle = mutex.acquire();
        CompletableFuture<Object> next =
                started(() -> mutex.minHold(Duration.ZERO).run(() -> {}));
        process.awaitWaiting(1);
        handle.close();
        assertThat(next.get(60, TimeUnit.SECONDS)).isEqualTo("done");
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isGreaterThanOrEqualTo(Duration.ofMillis(300));
        assertThat(backend.asked.get()).isEqualTo(2);
    }

    @Test
    void interruptedTakersPassTheLockOn() throws Exception {
        AtomicInteger ran = new AtomicInteger();
        AtomicInteger interrupted = new AtomicInteger();
        RaceResult<Void> race = Interruptions.during(16, interruptions -> {
            for (int i = 0; i < 400; i++) {
                interruptions.arm();
                try {
                    lock.run(() -> {
                        counter++;
                        ran.incrementAndGet();
                    });
                } catch (LockNotAcquiredException refusal) {
                    assertThat(Thread.currentThread().isInterrupted())
                            .as("flag restored")
                            .isTrue();
                    interrupted.incrementAndGet();
                }
                interruptions.disarm();
                Thread.interrupted();
            }
        });
        race.requireNoFailure();
        assertThat(counter).isEqualTo(ran.get());
        assertThat(ran.get() + interrupted.get()).isEqualTo(16 * 400);
        assertThat(interrupted.get()).isPositive();
    }

    @Test
    void lossesInBetweenLeaveNothingAndNobodyStartsUnderALostLockUntold() throws Exception {
        AtomicBoolean done = new AtomicBoolean();
        AtomicInteger told = new AtomicInteger();
        Thread losing = new Thread(() -> {
            while (!done.get()) {
                backend.loseAll();
                Thread.yield();
            }
        });
        losing.start();
        RaceResult<Void> race = Race.callers(8).runAll(caller -> {
            for (int i = 0; i < 300; i++) {
                boolean[] seen = {false};
                try {
                    lock.run(() -> {
                        counter++;
                        seen[0] = LockHold.current().isLost();
                    });
                    assertThat(seen[0]).as("lost and not told").isFalse();
                } catch (LockLostException loss) {
                    told.incrementAndGet();
                }
            }
        });
        done.set(true);
        losing.join();
        race.requireNoFailure();
        assertThat(counter).isEqualTo(8 * 300);
        assertThat(told.get()).isPositive();
    }

    @Test
    void anotherProcessGetsItsTurnBesidesSixtyFourThreads() throws Exception {
        LockingProcess other = new LockingProcess(backend);
        AtomicBoolean done = new AtomicBoolean();
        CountDownLatch busy = new CountDownLatch(1_000);
        CompletableFuture<RaceResult<Void>> crowd = CompletableFuture.supplyAsync(() -> {
            try {
                return Race.callers(THREADS).runAll(caller -> {
                    while (!done.get()) {
                        lock.run(() -> counter++);
                        busy.countDown();
                    }
                });
            } catch (Exception failure) {
                throw new AssertionError(failure);
            }
        });
        try {
            assertThat(busy.await(60, TimeUnit.SECONDS)).isTrue();
            for (int i = 0; i < 20; i++) {
                other.locks.advisory("hot").waitTime(Duration.ofSeconds(20)).run(() -> counter++);
            }
        } finally {
            done.set(true);
        }
        crowd.get(120, TimeUnit.SECONDS).requireNoFailure();
        other.assertNothingIsLeft();
    }

    @Test
    void twoProcessesShareTheLockFairly() throws Exception {
        LockingProcess other = new LockingProcess(backend);
        AdvisoryLockSpec theirs = other.locks.advisory("hot").waitTime(Duration.ofSeconds(60));
        int[] shares = {0, 0};
        AtomicInteger callers = new AtomicInteger();
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(3);
        RaceResult<Void> race = Race.callers(32).runAll(caller -> {
            int mine = callers.getAndIncrement() % 2;
            AdvisoryLockSpec spec = mine == 0 ? lock : theirs;
            while (System.nanoTime() - end < 0) {
                spec.run(() -> shares[mine]++);
            }
        });
        race.requireNoFailure();
        assertThat(shares[0]).isBetween(shares[1] / 5, shares[1] * 5);
        other.assertNothingIsLeft();
    }

    private static CompletableFuture<Object> started(Runnable call) {
        CompletableFuture<Object> outcome = new CompletableFuture<>();
        new Thread(() -> {
                    try {
                        call.run();
                        outcome.complete("done");
                    } catch (RuntimeException | Error thrown) {
                        outcome.complete(thrown);
                    }
                })
                .start();
        return outcome;
    }
}
