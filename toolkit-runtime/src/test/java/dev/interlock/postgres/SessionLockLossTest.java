package dev.interlock.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.interlock.annotation.LockMode;
import dev.interlock.key.LockKey;
import dev.interlock.lock.BackendHold;
import dev.interlock.lock.BackendHold.State;
import dev.interlock.lock.LockBackend.Acquisition;
import dev.interlock.lock.LockHealth;
import dev.interlock.lock.LockSightings;
import dev.interlock.test.Race;
import dev.interlock.test.RaceResult;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

/** Lock connections that die. */
class SessionLockLossTest extends SessionLocksFixture {

    @Test
    void everyHoldOfADeadConnectionIsLostAndEveryListenerCalledOnce() throws Exception {
        List<BackendHold> holds = new ArrayList<>();
        AtomicInteger told = new AtomicInteger();
        for (int i = 0; i < 10; i++) {
            BackendHold hold = hold(NAMESPACE.key("dead", String.valueOf(i)));
            hold.onLoss(told::incrementAndGet);
            holds.add(hold);
        }
        release(holds.remove(9));
        terminate(here);
        await().atMost(Duration.ofSeconds(10)).until(() -> told.get() == 9);
        assertThat(holds).allMatch(hold -> hold.known() == State.LOST);
        assertThat(holds).allMatch(hold -> hold.verify() == State.LOST);
        assertThat(holds)
                .extracting(BackendHold::verifiedWith)
                .containsOnly(holds.get(0).verifiedWith());
        AtomicInteger late = new AtomicInteger();
        BackendHold again = granted(locks);
        again.onLoss(late::incrementAndGet);
        assertThat(holds).allMatch(hold -> release(hold) == State.LOST);
        assertThat(again.verify()).isEqualTo(State.HELD);
        assertThat(again.verifiedWith()).isNotEqualTo(holds.get(0).verifiedWith());
        release(again);
        assertThat(told).hasValue(9);
        assertThat(late).hasValue(0);
    }

    @Test
    void aListenerOfAHoldThatIsLostAlreadyIsCalledAtOnce() throws Exception {
        BackendHold hold = granted(locks);
        terminate(here);
        assertThat(hold.verify()).isEqualTo(State.LOST);
        AtomicBoolean told = new AtomicBoolean();
        hold.onLoss(() -> told.set(true));
        assertThat(told).isTrue();
        assertThat(hold.drawToken()).isEmpty();
    }

    @Test
    void aListenerMayReleaseOtherLocks() throws Exception {
        BackendHold first = granted(locks);
        AtomicReference<State> released = new AtomicReference<>();
        terminate(here);
        BackendHold second = hold(NAMESPACE.key("second"));
        assertThat(first.known()).isEqualTo(State.LOST);
        BackendHold third = hold(NAMESPACE.key("third"));
        second.onLoss(() -> released.set(release(third)));
        terminate(here);
        await().atMost(Duration.ofSeconds(10)).until(() -> released.get() == State.LOST);
    }

    @Test
    void waitersOutliveTheConnectionsThatWait() throws Exception {
        BackendHold hold = granted(others);
        AtomicReference<BackendHold> got = new AtomicReference<>();
        Thread waiter = start(() -> got.set(granted(locks)));
        for (int i = 0; i < 3; i++) {
            await().until(() -> waiters() == 1);
            terminate(here);
        }
        await().until(() -> waiters() == 1);
        release(hold);
        join(waiter);
        assertThat(release(got.get())).isEqualTo(State.HELD);
    }

    @Test
    void aLockOnALaneIsLostWithTheLane() throws Exception {
        BackendHold hold = granted(others);
        AtomicReference<BackendHold> got = new AtomicReference<>();
        Thread waiter = start(() -> got.set(granted(locks)));
        await().until(() -> waiters() == 1);
        release(hold);
        join(waiter);
        AtomicInteger told = new AtomicInteger();
        got.get().onLoss(told::incrementAndGet);
        terminate(here);
        await().atMost(Duration.ofSeconds(10)).until(() -> told.get() == 1);
        assertThat(got.get().known()).isEqualTo(State.LOST);
        release(granted(locks));
        assertThat(release(got.get())).isEqualTo(State.LOST);
        assertThat(told).hasValue(1);
    }

    @Test
    void connectionsThatDieUnderLoadLoseNothingSilently() throws Exception {
        AtomicBoolean done = new AtomicBoolean();
        AtomicInteger lost = new AtomicInteger();
        Thread killer = start(() -> {
            while (!done.get()) {
                Thread.sleep(ThreadLocalRandom.current().nextInt(100));
                terminate(here);
            }
        });
        RaceResult<Void> race = Race.callers(16).runAll(caller -> {
            LockKey mine = NAMESPACE.key("load", String.valueOf(caller.number()));
            for (int i = 0; i < 200; i++) {
                AtomicInteger told = new AtomicInteger();
                BackendHold hold = hold(mine);
                hold.onLoss(told::incrementAndGet);
                if (release(hold) == State.LOST) {
                    lost.incrementAndGet();
                }
                assertThat(told.get()).isLessThanOrEqualTo(1);
            }
        });
        done.set(true);
        join(killer);
        race.requireNoFailure();
        release(granted(locks));
    }

    @Test
    void aServerThatNoLongerAnswersDelaysNobodyBeyondHisWaitAndItsLocksAreLost() throws Exception {
        BackendHold hold = granted(locks);
        AtomicInteger told = new AtomicInteger();
        hold.onLoss(told::incrementAndGet);
        String backend = hold.place().substring("pid ".length());
        signal("STOP", backend);
        try {
            LockKey other = NAMESPACE.key("other");
            Thread patient = start(() -> release(hold(other)));
            long start = System.nanoTime();
            assertThat(acquire(locks, NAMESPACE.key("third"), LockMode.EXCLUSIVE, Duration.ofSeconds(1)))
                    .isInstanceOf(Acquisition.Unavailable.class);
            assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(4));
            assertThat(locks.draw()).isEmpty();
            await().atMost(Duration.ofSeconds(20)).until(() -> hold.known() == State.LOST && told.get() == 1);
            join(patient);
            assertThat(release(hold)).isEqualTo(State.LOST);
        } finally {
            signal("CONT", backend);
        }
        release(granted(locks));
    }

    private static void signal(String name, String pid) throws Exception {
        assertThat(new ProcessBuilder("kill", "-" + name, pid)
                        .inheritIO()
                        .start()
                        .waitFor())
                .isZero();
    }

    @Test
    void acquisitionsFailWithTheCauseWhenThereIsNoServerAndEndInTime() throws Exception {
        PostgresSessionLocks nowhere = new PostgresSessionLocks(
                Databases.at("jdbc:postgresql://localhost:1/none?connectTimeout=1"),
                new PostgresSessionLocks.Settings("nowhere", 10));
        try {
            Acquisition result = acquire(nowhere, key, LockMode.EXCLUSIVE, Duration.ofMillis(300));
            assertThat(result)
                    .isInstanceOfSatisfying(
                            Acquisition.Unavailable.class,
                            refusal -> assertThat(refusal.cause()).isNotNull());
            assertThat(nowhere.describeHolder(key)).isEqualTo("unknown");
            LockSightings nothing = nowhere.sightings(List.of(key));
            assertThat(nothing.all()).isEmpty();
            assertThat(nothing.complete()).isFalse();
            assertThat(nothing.error()).startsWith("Postgres ").doesNotContain(key.parts());
            assertThat(nowhere.health().state()).isEqualTo(LockHealth.State.DOWN);
            assertThat(nowhere.health().problem()).startsWith("Postgres ");
            assertThat(nowhere.draw()).isEmpty();
        } finally {
            nowhere.destroy();
        }
    }

    private BackendHold hold(LockKey of) throws InterruptedException {
        return ((Acquisition.Granted) acquire(locks, of, LockMode.EXCLUSIVE, Duration.ofSeconds(60))).hold();
    }
}
