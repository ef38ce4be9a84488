package dev.interlock.lock;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.interlock.test.Race;
import dev.interlock.test.RaceResult;
import java.time.Duration;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Readers hold a lock together, a writer alone. */
class SharedLockTest {

    private static final int READERS = 8;

    private final ScriptedLockBackend backend = new ScriptedLockBackend();
    private final LockingProcess process = new LockingProcess(backend);
    private final LockingProcess other = new LockingProcess(backend);
    private final AdvisoryLockSpec write = lock(process);
    private final AdvisoryLockSpec read = write.shared();

    @AfterEach
    void nothingIsLeft() throws Exception {
        process.assertNothingIsLeft();
        other.assertNothingIsLeft();
        assertThat(backend.isFree(LockingProcess.key("document", "7"))).isTrue();
    }

    @Test
    void readersAreInsideTogether() throws Exception {
        CyclicBarrier allInside = new CyclicBarrier(READERS);
        RaceResult<Object> race = Race.callers(READERS).run(caller -> {
            AdvisoryLockSpec mine =
                    caller.number() % 2 == 0 ? read : lock(other).shared();
            return mine.call(() -> allInside.await(60, TimeUnit.SECONDS));
        });
        race.requireNoFailure();
    }

    @Test
    void theControlArmOfWritersIsInsideAlone() throws Exception {
        assertThat(mostInside(write, lock(other))).isEqualTo(1);
    }

    @Test
    void aWriterKeepsEverybodyOutAndIsKeptOutByAReader() throws Exception {
        try (LockHandle writer = write.acquire()) {
            assertRefused(read, write, lock(other), lock(other).shared());
            assertThat(writer.hold().isLost()).isFalse();
        }
        try (LockHandle reader = read.acquire()) {
            assertRefused(write, lock(other));
            assertThat(read.waitTime(Duration.ZERO).tryRun(() -> {})).isTrue();
            assertThat(lock(other).shared().waitTime(Duration.ZERO).tryRun(() -> {}))
                    .isTrue();
            assertThat(reader.hold().isLost()).isFalse();
        }
    }

    @Test
    void readersNeverSeeAWriterHalfWay() throws Exception {
        int[] pair = {0, 0};
        AtomicInteger writes = new AtomicInteger();
        RaceResult<Void> race = Race.callers(12).runAll(caller -> {
            for (int i = 0; i < 200; i++) {
                AdvisoryLockSpec mine = ThreadLocalRandom.current().nextBoolean() ? write : lock(other);
                if (ThreadLocalRandom.current().nextInt(4) == 0) {
                    mine.run(() -> {
                        pair[0]++;
                        Thread.yield();
                        pair[1]++;
                    });
                    writes.incrementAndGet();
                } else {
                    mine.shared().run(() -> assertThat(pair[0]).isEqualTo(pair[1]));
                }
            }
        });
        race.requireNoFailure();
        assertThat(pair).containsExactly(writes.get(), writes.get());
    }

    @Test
    void aWriterIsNotStarvedByAStreamOfReaders() throws Exception {
        AtomicInteger written = new AtomicInteger();
        RaceResult<Void> race = Race.callers(9).runAll(caller -> {
            if (caller.number() == 0) {
                for (int i = 0; i < 20; i++) {
                    write.run(written::incrementAndGet);
                }
            } else {
                while (written.get() < 20) {
                    read.run(Thread::yield);
                }
            }
        });
        race.requireNoFailure();
    }

    @Test
    void aReaderOfTheChainThatWantsToWriteFailsAtOnce() {
        read.run(() -> {
            long start = System.nanoTime();
            assertThatThrownBy(() -> write.run(() -> {}))
                    .isInstanceOf(LockNotAcquiredException.class)
                    .hasMessageMatching(
                            "Could not acquire lock 'document' \\(key [0-9a-f]+…\\): this call chain holds it"
                                    + " SHARED and asks for EXCLUSIVE, and another that does the same would wait for it for ever;"
                                    + " take it EXCLUSIVE from the start");
            assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(20));
            assertThat(LockHold.current().isLost()).isFalse();
        });
        assertThat(backend.asked.get()).isEqualTo(1);
    }

    @Test
    void aWriterOfTheChainReadsUnderItsOwnLock() {
        write.run(() -> read.run(() -> read.run(() -> {
            assertThat(backend.asked.get()).isEqualTo(1);
            assertRefused(lock(other).shared());
        })));
    }

    @Test
    void aReaderOfTheChainReadsOnThoughAWriterWaits() throws Exception {
        AtomicInteger order = new AtomicInteger();
        Thread[] writer = new Thread[1];
        read.run(() -> {
            writer[0] = new Thread(
                    () -> write.run(() -> assertThat(order.getAndIncrement()).isEqualTo(1)));
            writer[0].start();
            process.awaitWaiting(1);
            read.run(() -> assertThat(order.getAndIncrement()).isZero());
        });
        writer[0].join(TimeUnit.SECONDS.toMillis(60));
        assertThat(order.get()).isEqualTo(2);
    }

    private int mostInside(AdvisoryLockSpec one, AdvisoryLockSpec another) throws Exception {
        AtomicInteger inside = new AtomicInteger();
        AtomicInteger most = new AtomicInteger();
        RaceResult<Void> race = Race.callers(READERS).runAll(caller -> {
            AdvisoryLockSpec mine = caller.number() % 2 == 0 ? one : another;
            for (int i = 0; i < 50; i++) {
                mine.run(() -> {
                    most.accumulateAndGet(inside.incrementAndGet(), Math::max);
                    Thread.yield();
                    inside.decrementAndGet();
                });
            }
        });
        race.requireNoFailure();
        return most.get();
    }

    private static void assertRefused(AdvisoryLockSpec... specs) {
        for (AdvisoryLockSpec spec : specs) {
            assertThat(spec.waitTime(Duration.ZERO).tryRun(() -> {})).isFalse();
        }
    }

    private static AdvisoryLockSpec lock(LockingProcess process) {
        return process.locks.advisory("document", 7).waitTime(Duration.ofSeconds(60));
    }
}
