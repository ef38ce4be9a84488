package dev.interlock.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.interlock.annotation.LockMode;
import dev.interlock.lock.BackendHold;
import dev.interlock.lock.BackendHold.State;
import dev.interlock.lock.LockBackend.Acquisition;
import dev.interlock.test.Race;
import dev.interlock.test.RaceResult;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

class SharedSessionLocksTest extends SessionLocksFixture {

    @Test
    void sharedHoldersOfOneProcessJoinOneGrant() throws Exception {
        List<BackendHold> holds = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            holds.add(granted(locks, LockMode.SHARED));
        }
        assertThat(holders()).isLessThanOrEqualTo(1);
        holds.add(granted(others, LockMode.SHARED));
        assertThat(holders()).isEqualTo(2);
        for (BackendHold hold : holds) {
            assertThat(hold.verify()).isEqualTo(State.HELD);
            assertThat(acquire(others, LockMode.EXCLUSIVE, Duration.ZERO)).isInstanceOf(Acquisition.Unavailable.class);
            assertThat(release(hold)).isEqualTo(State.HELD);
            assertThat(release(hold)).isEqualTo(State.LOST);
        }
        assertThat(acquire(others, LockMode.EXCLUSIVE, Duration.ZERO)).isInstanceOf(Acquisition.Granted.class);
        terminate(there);
    }

    @Test
    void anExclusiveHolderKeepsSharedOnesOut() throws Exception {
        BackendHold hold = granted(locks);
        assertThat(acquire(others, LockMode.SHARED, Duration.ZERO)).isInstanceOf(Acquisition.Unavailable.class);
        AtomicReference<BackendHold> shared = new AtomicReference<>();
        Thread waiter = start(() -> shared.set(granted(others, LockMode.SHARED)));
        await().until(() -> waiters() == 1);
        release(hold);
        join(waiter);
        assertThat(release(shared.get())).isEqualTo(State.HELD);
    }

    @Test
    void manyWaitersAreServedByOneLaneTogether() throws Exception {
        BackendHold hold = granted(others);
        AtomicInteger together = new AtomicInteger();
        List<Thread> waiters = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            waiters.add(start(() -> {
                BackendHold shared = granted(locks, LockMode.SHARED);
                together.incrementAndGet();
                await().atMost(Duration.ofSeconds(30)).until(() -> together.get() == 20);
                assertThat(release(shared)).isEqualTo(State.HELD);
            }));
        }
        await().until(() -> waiters() == 1);
        release(hold);
        for (Thread waiter : waiters) {
            join(waiter);
        }
        assertThat(together).hasValue(20);
    }

    @Test
    void anOldGrantIsConfirmedThroughALaneWhichIsFreeAgain() throws Exception {
        BackendHold first = granted(locks, LockMode.SHARED);
        for (int i = 0; i < 5; i++) {
            Thread.sleep(60);
            BackendHold next = granted(locks, LockMode.SHARED);
            assertThat(next.place()).isEqualTo(first.place());
            assertThat(holders()).isEqualTo(1);
            release(next);
        }
        assertThat(release(first)).isEqualTo(State.HELD);
    }

    @Test
    void newSharedHoldersDoNotOvertakeAnExclusiveWaiterOfAnotherProcess() throws Exception {
        AtomicBoolean done = new AtomicBoolean();
        AtomicInteger shared = new AtomicInteger();
        AtomicInteger exclusive = new AtomicInteger();
        AtomicInteger overlaps = new AtomicInteger();
        List<Thread> stream = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            stream.add(start(() -> {
                while (!done.get()) {
                    BackendHold hold = granted(locks, LockMode.SHARED);
                    shared.incrementAndGet();
                    if (exclusive.get() > 0) {
                        overlaps.incrementAndGet();
                    }
                    Thread.sleep(20);
                    shared.decrementAndGet();
                    release(hold);
                }
            }));
        }
        await().until(() -> shared.get() > 1);
        for (int i = 0; i < 5; i++) {
            BackendHold hold = granted(others);
            exclusive.incrementAndGet();
            if (shared.get() > 0) {
                overlaps.incrementAndGet();
            }
            Thread.sleep(10);
            exclusive.decrementAndGet();
            release(hold);
        }
        done.set(true);
        for (Thread each : stream) {
            join(each);
        }
        assertThat(overlaps).hasValue(0);
    }

    @Test
    void readersAndWritersOfTwoProcessesNeverOverlap() throws Exception {
        AtomicInteger readers = new AtomicInteger();
        AtomicInteger writers = new AtomicInteger();
        AtomicInteger overlaps = new AtomicInteger();
        RaceResult<Void> race = Race.callers(12).runAll(caller -> {
            int me = caller.number();
            PostgresSessionLocks mine = me % 2 == 0 ? locks : others;
            boolean writes = me < 2;
            for (int i = 0; i < 40; i++) {
                BackendHold hold = granted(mine, writes ? LockMode.EXCLUSIVE : LockMode.SHARED);
                int others = (writes ? writers : readers).incrementAndGet() - (writes ? 1 : 0);
                if (writers.get() > 1 || writes && (readers.get() > 0 || others > 0) || !writes && writers.get() > 0) {
                    overlaps.incrementAndGet();
                }
                Thread.yield();
                (writes ? writers : readers).decrementAndGet();
                assertThat(release(hold)).isEqualTo(State.HELD);
            }
        });
        race.requireNoFailure();
        assertThat(overlaps).hasValue(0);
    }
}
