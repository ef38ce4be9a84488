package dev.interlock.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.interlock.annotation.LockMode;
import dev.interlock.guard.Clock;
import dev.interlock.guard.Deadline;
import dev.interlock.key.LockKey;
import dev.interlock.lock.BackendHold;
import dev.interlock.lock.BackendHold.State;
import dev.interlock.lock.LockBackend.Acquisition;
import dev.interlock.lock.LockRequest;
import dev.interlock.test.Race;
import dev.interlock.test.RaceResult;
import dev.interlock.testing.PostgresServer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.ReentrantLock;
import org.junit.jupiter.api.Test;

/** Waiting for what another process holds. */
class SessionLockLanesTest extends SessionLocksFixture {

    @Test
    void aWaiterStandsInPostgresQueueAndIsServedAtOnce() throws Exception {
        BackendHold hold = granted(others);
        AtomicReference<BackendHold> got = new AtomicReference<>();
        Thread waiter = start(() -> got.set(granted(locks)));
        await().until(() -> waiters() == 1);
        assertThat(release(hold)).isEqualTo(State.HELD);
        join(waiter);
        assertThat(got.get().verify()).isEqualTo(State.HELD);
        assertThat(got.get().place()).startsWith("pid ");
        assertThat(acquire(others, LockMode.EXCLUSIVE, Duration.ZERO)).isInstanceOf(Acquisition.Unavailable.class);
        assertThat(release(got.get())).isEqualTo(State.HELD);
        assertThat(release(got.get())).isEqualTo(State.LOST);
    }

    @Test
    void aLockHeldOnALaneDrawsItsTokenThere() throws Exception {
        BackendHold hold = granted(others);
        long before = locks.draw().orElseThrow();
        AtomicReference<Acquisition> got = new AtomicReference<>();
        Thread waiter = start(() -> got.set(locks.acquire(
                new LockRequest(key, LockMode.EXCLUSIVE, true, Duration.ZERO),
                Deadline.after(Clock.SYSTEM, Duration.ofSeconds(60)))));
        await().until(() -> waiters() == 1);
        release(hold);
        join(waiter);
        BackendHold mine = ((Acquisition.Granted) got.get()).hold();
        assertThat(mine.grantedToken().orElseThrow()).isGreaterThan(before);
        release(mine);
    }

    @Test
    void giveUpIsPromptAndALateGrantIsGivenBack() throws Exception {
        BackendHold hold = granted(others);
        long start = System.nanoTime();
        assertThat(acquire(locks, LockMode.EXCLUSIVE, Duration.ofMillis(50)))
                .isInstanceOf(Acquisition.Unavailable.class);
        Thread interrupted =
                start(() -> assertThatThrownBy(() -> acquire(locks, LockMode.EXCLUSIVE, Duration.ofSeconds(60)))
                        .isInstanceOf(InterruptedException.class));
        await().until(() -> waiters() == 1);
        interrupted.interrupt();
        join(interrupted);
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(10));
        release(hold);
        await().atMost(Duration.ofSeconds(5)).until(() -> holders() == 0);
        assertThat(acquire(locks, LockMode.EXCLUSIVE, Duration.ZERO)).isInstanceOf(Acquisition.Granted.class);
        terminate(here);
    }

    @Test
    void moreContendedKeysThanLanesAreAllServed() throws Exception {
        List<LockKey> keys = new ArrayList<>();
        List<BackendHold> held = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            keys.add(NAMESPACE.key("lanes", String.valueOf(i)));
            held.add(hold(others, keys.get(i)));
        }
        AtomicInteger served = new AtomicInteger();
        List<Thread> waiters = keys.stream()
                .map(each -> start(() -> {
                    release(hold(locks, each));
                    served.incrementAndGet();
                }))
                .toList();
        await().until(() -> connections(here) == 4);
        held.forEach(SessionLocksFixture::release);
        for (Thread waiter : waiters) {
            join(waiter);
        }
        assertThat(served).hasValue(8);
        assertThat(connections(here)).isLessThanOrEqualTo(4);
    }

    @Test
    void neverMoreThanFiveConnectionsForAnyNumberOfCallers() throws Exception {
        List<LockKey> keys = new ArrayList<>();
        List<ReentrantLock> gates = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            keys.add(NAMESPACE.key("ten", String.valueOf(i)));
            gates.add(new ReentrantLock());
            gates.add(new ReentrantLock());
        }
        AtomicBoolean done = new AtomicBoolean();
        AtomicInteger most = new AtomicInteger();
        Thread watch = start(() -> {
            while (!done.get()) {
                most.accumulateAndGet(Math.max(connections(here), connections(there)), Math::max);
                locks.sightings(keys);
                others.describeHolder(keys.get(0));
            }
        });
        RaceResult<Void> race = Race.callers(64).runAll(caller -> {
            int side = caller.number() % 2;
            for (int i = 0; i < 20; i++) {
                int place = ThreadLocalRandom.current().nextInt(10);
                ReentrantLock gate = gates.get(2 * place + side);
                gate.lock();
                try {
                    release(hold(side == 0 ? locks : others, keys.get(place)));
                } finally {
                    gate.unlock();
                }
            }
        });
        done.set(true);
        join(watch);
        race.requireNoFailure();
        assertThat(most.get()).isBetween(2, 5);
    }

    @Test
    void twoProcessesShareOneContendedKeyFairlyAndExactly() throws Exception {
        int[] counter = {0};
        int[] shares = {0, 0};
        ReentrantLock[] gates = {new ReentrantLock(true), new ReentrantLock(true)};
        long end = System.nanoTime() + Duration.ofSeconds(3).toNanos();
        RaceResult<Void> race = Race.callers(8).runAll(caller -> {
            int side = caller.number() % 2;
            while (System.nanoTime() < end) {
                gates[side].lock();
                try {
                    BackendHold hold = granted(side == 0 ? locks : others);
                    counter[0]++;
                    shares[side]++;
                    release(hold);
                } finally {
                    gates[side].unlock();
                }
            }
        });
        race.requireNoFailure();
        assertThat(counter[0]).isEqualTo(shares[0] + shares[1]);
        assertThat(Math.min(shares[0], shares[1])).isGreaterThan(counter[0] / 10);
    }

    @Test
    void twoThousandInterruptedWaitsLeaveNothing() throws Exception {
        AtomicInteger inside = new AtomicInteger();
        AtomicInteger overlaps = new AtomicInteger();
        AtomicInteger interrupts = new AtomicInteger();
        RaceResult<Void> race = Race.callers(16).runAll(caller -> {
            PostgresSessionLocks mine = caller.number() % 2 == 0 ? locks : others;
            for (int i = 0; i < 125; i++) {
                Thread me = Thread.currentThread();
                Thread interrupter = start(() -> {
                    Thread.sleep(ThreadLocalRandom.current().nextInt(6));
                    me.interrupt();
                });
                try {
                    if (acquire(mine, LockMode.EXCLUSIVE, Duration.ofSeconds(30))
                            instanceof Acquisition.Granted granted) {
                        if (inside.incrementAndGet() > 1) {
                            overlaps.incrementAndGet();
                        }
                        Thread.yield();
                        inside.decrementAndGet();
                        release(granted.hold());
                    }
                } catch (InterruptedException expected) {
                    interrupts.incrementAndGet();
                }
                while (interrupter.isAlive()) {
                    Thread.onSpinWait();
                }
                Thread.interrupted();
            }
        });
        race.requireNoFailure();
        assertThat(overlaps).hasValue(0);
        assertThat(interrupts).hasPositiveValue();
        await().atMost(Duration.ofSeconds(5)).until(() -> locksLeft() == 0);
        Collection<StackTraceElement[]> stacks = Thread.getAllStackTraces().values();
        assertThat(stacks)
                .noneMatch(stack -> List.of(stack).stream()
                        .anyMatch(frame -> frame.getClassName().endsWith("LockWait")));
        release(granted(locks));
        release(granted(others));
    }

    @Test
    void slicesThatRunOutAtTheMomentOfTheReleaseLeaveNothing() throws Exception {
        for (int i = 0; i < 15; i++) {
            BackendHold hold = granted(others);
            AtomicReference<BackendHold> got = new AtomicReference<>();
            Thread waiter = start(() -> got.set(granted(locks)));
            await().pollDelay(Duration.ZERO).pollInterval(Duration.ofMillis(1)).until(() -> waiters() == 1);
            Thread.sleep(190 + ThreadLocalRandom.current().nextInt(12));
            release(hold);
            join(waiter);
            assertThat(holders()).isEqualTo(1);
            assertThat(release(got.get())).isEqualTo(State.HELD);
            assertThat(holders()).isZero();
        }
    }

    @Test
    void aLockFoundToBeHeldAfterATimeoutCounts() throws Exception {
        try (SessionConnection session = SessionConnection.open(PostgresServer.direct(), here, Lanes.SLICE)) {
            LockStatements statements = new LockStatements(session);
            assertThat(statements.held()).isEmpty();
            statements.run(LockStatements.Call.TRY, key.id());
            statements.run(LockStatements.Call.TRY_SHARED, -key.id());
            assertThat(statements.held())
                    .containsExactlyInAnyOrder(
                            new LockStatements.Held(key.id(), LockMode.EXCLUSIVE),
                            new LockStatements.Held(-key.id(), LockMode.SHARED));
        }
    }

    @Test
    void seesHoldersAndWaitersOfOtherProcesses() throws Exception {
        BackendHold hold = granted(others);
        Thread waiter = start(() -> release(granted(locks)));
        await().until(() -> waiters() == 1);
        var sightings = locks.sightings(List.of(key)).all();
        assertThat(sightings).hasSize(2).allMatch(seen -> key.equals(seen.key()));
        assertThat(sightings.get(0).granted()).isTrue();
        assertThat(sightings.get(0).waited()).isNull();
        assertThat(sightings.get(0).owner()).isEqualTo(there);
        assertThat(sightings.get(0).place()).isEqualTo(hold.place());
        assertThat(sightings.get(1).granted()).isFalse();
        assertThat(sightings.get(1).owner()).isEqualTo(here);
        assertThat(locks.sightings(List.of()).all())
                .hasSize(2)
                .allMatch(seen -> seen.key() == null && seen.id().equals(Long.toString(key.id())));
        release(hold);
        join(waiter);
    }

    private static BackendHold hold(PostgresSessionLocks by, LockKey key) throws InterruptedException {
        return ((Acquisition.Granted) acquire(by, key, LockMode.EXCLUSIVE, Duration.ofSeconds(60))).hold();
    }
}
