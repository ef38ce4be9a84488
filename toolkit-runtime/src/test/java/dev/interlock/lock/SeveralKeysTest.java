package dev.interlock.lock;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.interlock.key.InvalidKeyException;
import dev.interlock.test.Race;
import dev.interlock.test.RaceResult;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Locks of several keys: all or nothing, within one deadline, in one order for everybody. */
class SeveralKeysTest {

    private final ScriptedLockBackend backend = new ScriptedLockBackend();
    private final LockingProcess process = new LockingProcess(backend);

    @AfterEach
    void nothingIsLeft() {
        process.assertNothingIsLeft();
        assertThat(backend.granted).isEmpty();
    }

    @Test
    void oneKeyThatIsHeldElsewhereLeavesNothingNewHeld() {
        LockingProcess other = new LockingProcess(backend);
        for (int held = 0; held < 4; held++) {
            try (LockHandle theirs = keys(other, List.of(held)).acquire()) {
                assertThatThrownBy(() -> keys(List.of(0, 1, 2, 3))
                                .waitTime(Duration.ofMillis(20))
                                .acquire())
                        .isInstanceOf(LockNotAcquiredException.class);
                process.assertNothingIsLeft();
                assertThat(theirs.hold().isLost()).isFalse();
                assertThat(backend.granted).hasSize(1);
            }
        }
    }

    @Test
    void oneKeyThatIsHeldInThisProcessLeavesNothingNewHeld() throws Exception {
        for (int held = 0; held < 4; held++) {
            LockHandle theirs = keys(List.of(held)).acquire();
            assertThat(onAnotherThread(() -> keys(List.of(0, 1, 2, 3))
                            .waitTime(Duration.ofMillis(20))
                            .tryAcquire()
                            .isPresent()))
                    .isFalse();
            assertThat(process.space.gate().size()).isEqualTo(1);
            assertThat(backend.granted).hasSize(1);
            theirs.close();
        }
    }

    @Test
    void allKeysShareOneDeadline() throws Exception {
        LockingProcess other = new LockingProcess(backend);
        List<LockHandle> theirs = new ArrayList<>();
        for (int key = 0; key < 4; key++) {
            theirs.add(keys(other, List.of(key)).acquire());
        }
        CompletableFuture<Duration> waited = CompletableFuture.supplyAsync(() -> {
            long start = System.nanoTime();
            assertThat(keys(List.of(0, 1, 2, 3)).waitTime(Duration.ofSeconds(2)).tryAcquire())
                    .isEmpty();
            return Duration.ofNanos(System.nanoTime() - start);
        });
        process.awaitWaiting(1);
        TimeUnit.MILLISECONDS.sleep(1_500);
        theirs.remove(first()).close();
        assertThat(waited.get(60, TimeUnit.SECONDS)).isBetween(Duration.ofSeconds(2), Duration.ofMillis(3_300));
        theirs.forEach(LockHandle::close);
    }

    @Test
    void reversedAndRandomSubsetsDoNotDeadlock() throws Exception {
        int[] counters = new int[6];
        int[] expected = new int[6];
        RaceResult<Void> race = Race.callers(8).runAll(caller -> {
            for (int i = 0; i < 200; i++) {
                List<Integer> subset = subset(counters.length);
                keys(subset).waitTime(Duration.ofSeconds(60)).run(() -> subset.forEach(key -> counters[key]++));
                synchronized (expected) {
                    subset.forEach(key -> expected[key]++);
                }
            }
        });
        race.requireNoFailure();
        assertThat(counters).isEqualTo(expected);
    }

    @Test
    void twoProcessesWithReversedListsDoNotDeadlock() throws Exception {
        LockingProcess other = new LockingProcess(backend);
        int[] counters = new int[6];
        int[] expected = new int[6];
        RaceResult<Void> race = Race.callers(8).runAll(caller -> {
            for (int i = 0; i < 100; i++) {
                List<Integer> subset = subset(counters.length);
                LockingProcess mine = ThreadLocalRandom.current().nextBoolean() ? process : other;
                keys(mine, subset).waitTime(Duration.ofSeconds(60)).run(() -> subset.forEach(key -> counters[key]++));
                synchronized (expected) {
                    subset.forEach(key -> expected[key]++);
                }
            }
        });
        race.requireNoFailure();
        assertThat(counters).isEqualTo(expected);
        other.assertNothingIsLeft();
    }

    @Test
    void equalElementsAreOneLock() {
        keys(List.of(1, 2, 1, 1, 2))
                .run(() -> assertThat(process.space.inspect().held()).hasSize(2));
        assertThat(backend.asked.get()).isEqualTo(2);
    }

    @Test
    void whatTheChainHoldsOfTheKeysIsEnteredAgain() {
        keys(List.of(1, 2)).run(() -> {
            keys(List.of(3, 2)).run(() -> assertThat(backend.granted).hasSize(3));
            assertThat(backend.granted).hasSize(2);
            keys(List.of(2)).run(() -> assertThat(backend.granted).hasSize(2));
            keys(List.of(2, 1)).run(() -> assertThat(backend.granted).hasSize(2));
        });
        assertThat(backend.asked.get()).isEqualTo(3);
    }

    @Test
    void aRefusedInnerCallKeepsWhatTheOuterOneHolds() {
        LockingProcess other = new LockingProcess(backend);
        try (LockHandle theirs = keys(other, List.of(3)).acquire()) {
            keys(List.of(1, 2)).run(() -> {
                boolean ran = keys(List.of(1, 2, 3, 4)).waitTime(Duration.ZERO).tryRun(() -> {});
                assertThat(ran).isFalse();
                assertThat(process.space.inspect().held()).hasSize(2);
                assertThat(LockHold.current().isLost()).isFalse();
            });
            assertThat(theirs.hold().isLost()).isFalse();
        }
    }

    @Test
    void anInterruptWhileWaitingForALaterKeyGivesTheEarlierOnesBack() throws Exception {
        LockHandle theirs = keys(List.of(last())).acquire();
        CompletableFuture<Boolean> flag = new CompletableFuture<>();
        Thread waiter = new Thread(() -> {
            assertThatThrownBy(() -> keys(List.of(0, 1, 2, 3))
                            .waitTime(Duration.ofSeconds(60))
                            .acquire())
                    .isInstanceOf(LockNotAcquiredException.class);
            flag.complete(Thread.currentThread().isInterrupted());
        });
        waiter.start();
        process.awaitWaiting(1);
        assertThat(backend.granted).hasSize(4);
        waiter.interrupt();
        assertThat(flag.get(60, TimeUnit.SECONDS)).isTrue();
        assertThat(backend.granted).hasSize(1);
        theirs.close();
    }

    @Test
    void theLossOfOneIsTheLossOfAll() {
        assertThatThrownBy(() -> keys(List.of(1, 2, 3)).run(() -> {
                    backend.granted.get(1).lose();
                    assertThat(LockHold.current().isLost()).isTrue();
                }))
                .isInstanceOf(LockLostException.class);
    }

    @Test
    void sixtyFourKeysAreTakenAndSixtyFiveRefused() {
        keys(IntStream.range(0, 64).boxed().toList())
                .run(() -> assertThat(backend.granted).hasSize(64));
        assertThatThrownBy(() -> keys(IntStream.range(0, 65).boxed().toList()))
                .isInstanceOf(InvalidKeyException.class)
                .hasMessageContaining("at most 64");
    }

    private AdvisoryLockSpec keys(List<Integer> ids) {
        return keys(process, ids);
    }

    private static AdvisoryLockSpec keys(LockingProcess process, List<Integer> ids) {
        return process.locks.advisory("several", ids);
    }

    /** Of the keys 0 to 3, the one that every caller takes first. */
    private static int first() {
        return IntStream.range(0, 4).boxed().min(SeveralKeysTest::byId).orElseThrow();
    }

    private static int last() {
        return IntStream.range(0, 4).boxed().max(SeveralKeysTest::byId).orElseThrow();
    }

    private static int byId(int one, int other) {
        return Long.compare(id(one), id(other));
    }

    private static long id(int key) {
        return LockingProcess.key("several", Integer.toString(key)).id();
    }

    /** Not empty, in random order. */
    private static List<Integer> subset(int keys) {
        List<Integer> all = new ArrayList<>(IntStream.range(0, keys).boxed().toList());
        Collections.shuffle(all, ThreadLocalRandom.current());
        return all.subList(0, 1 + ThreadLocalRandom.current().nextInt(keys));
    }

    private static boolean onAnotherThread(BooleanSupplier call) throws Exception {
        return CompletableFuture.supplyAsync(call::getAsBoolean).get(60, TimeUnit.SECONDS);
    }
}
