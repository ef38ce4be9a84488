package dev.interlock.redisson;

import static dev.interlock.redisson.Attempts.LEASE;
import static dev.interlock.redisson.Attempts.acquire;
import static dev.interlock.redisson.Attempts.granted;
import static dev.interlock.redisson.Attempts.newKey;
import static dev.interlock.redisson.Attempts.pause;
import static dev.interlock.redisson.Attempts.since;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.interlock.key.LockKey;
import dev.interlock.lock.BackendHold;
import dev.interlock.lock.BackendHold.State;
import dev.interlock.lock.LockBackend.Acquisition;
import dev.interlock.lock.LockHealth;
import dev.interlock.lock.LockSightings;
import dev.interlock.testing.RedisServer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.redisson.api.RedissonClient;

/** What is told, and what is left, when one Redis server dies, forgets or freezes. */
class RedisFaultsTest {

    private static final Duration CALL = Duration.ofSeconds(1);
    private static final Duration SLACK = Duration.ofSeconds(10);
    private static final RedissonMutexes.Settings SETTINGS =
            new RedissonMutexes.Settings(CALL, Duration.ofMillis(500), LEASE);

    private final RedisServer server = RedisServer.start();
    private final RedissonClient client = Clients.of(server);
    private final RedissonMutexes mutexes = new RedissonMutexes(client, null, SETTINGS);

    @AfterEach
    void close() {
        server.thaw();
        mutexes.destroy();
        client.shutdown();
        server.close();
    }

    @Test
    void aServerRestartedEmptyLosesEveryHoldAndServesTheNext() throws Exception {
        Duration lease = Duration.ofSeconds(6);
        List<BackendHold> holds = new ArrayList<>();
        List<LockKey> keys = new ArrayList<>();
        List<AtomicInteger> losses = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            LockKey key = newKey();
            BackendHold hold = granted(mutexes, key, lease);
            AtomicInteger count = new AtomicInteger();
            hold.onLoss(count::incrementAndGet);
            keys.add(key);
            holds.add(hold);
            losses.add(count);
        }
        server.kill();
        server.restart();
        await().atMost(lease.dividedBy(3).plus(SLACK))
                .untilAsserted(() -> assertThat(losses).allMatch(count -> count.get() == 1));
        assertThat(holds).allMatch(hold -> hold.known() == State.LOST);
        for (int i = 0; i < keys.size(); i++) {
            BackendHold next = granted(mutexes, keys.get(i), lease, SLACK);
            assertThat(holds.get(i).release(Duration.ZERO).join()).isEqualTo(State.LOST);
            assertThat(next.verify()).isEqualTo(State.HELD);
            assertThat(next.release(Duration.ZERO).join()).isEqualTo(State.HELD);
        }
        assertThat(losses).allMatch(count -> count.get() == 1);
        awaitNothingLeft();
    }

    @Test
    void aFlushIsToldWithinAThirdOfTheLease() throws Exception {
        Duration lease = Duration.ofSeconds(15);
        BackendHold hold = granted(mutexes, newKey(), lease);
        AtomicInteger losses = new AtomicInteger();
        hold.onLoss(losses::incrementAndGet);
        server.flush();
        long flushed = System.nanoTime();
        await().atMost(lease).untilAsserted(() -> assertThat(losses).hasValue(1));
        assertThat(since(flushed)).isLessThan(lease.dividedBy(3).plus(Duration.ofSeconds(3)));
        assertThat(hold.known()).isEqualTo(State.LOST);
        assertThat(hold.release(Duration.ZERO).join()).isEqualTo(State.LOST);
        assertThat(losses).hasValue(1);
    }

    @Test
    void aDeadServerMakesHoldsEndWithTheirLease() throws Exception {
        Duration lease = Duration.ofSeconds(3);
        BackendHold hold = granted(mutexes, newKey(), lease);
        AtomicInteger losses = new AtomicInteger();
        hold.onLoss(losses::incrementAndGet);
        server.kill();
        assertThat(hold.known()).isEqualTo(State.HELD);
        await().atMost(lease.plus(SLACK)).untilAsserted(() -> assertThat(losses).hasValue(1));
        assertThat(hold.known()).isEqualTo(State.LOST);
        long start = System.nanoTime();
        assertThat(acquire(mutexes, newKey(), lease, Duration.ZERO)).isInstanceOf(Acquisition.Unavailable.class);
        assertThat(hold.release(Duration.ZERO).join()).isEqualTo(State.LOST);
        assertThat(since(start)).isLessThan(CALL.plus(SLACK));
        server.restart();
        granted(mutexes, newKey(), lease, SLACK).release(Duration.ZERO).join();
    }

    @Test
    void aWaiterOutlivesARestartAndHearsReleasesAgain() throws Exception {
        LockKey key = newKey();
        BackendHold hold = granted(mutexes, key, LEASE);
        CompletableFuture<BackendHold> waiter =
                CompletableFuture.supplyAsync(() -> waitFor(mutexes, key, Duration.ofSeconds(60)));
        await().until(() -> !server.channels("*").isEmpty());
        server.kill();
        pause(Duration.ofSeconds(1));
        server.restart();
        BackendHold next = waiter.get(20, TimeUnit.SECONDS);
        assertThat(hold.release(Duration.ZERO).join()).isEqualTo(State.LOST);

        RedissonMutexes deaf =
                new RedissonMutexes(client, null, new RedissonMutexes.Settings(CALL, Duration.ofMinutes(5), LEASE));
        waiter = CompletableFuture.supplyAsync(() -> waitFor(deaf, key, Duration.ofSeconds(60)));
        await().until(() -> !server.channels("*").isEmpty());
        assertThat(next.release(Duration.ZERO).join()).isEqualTo(State.HELD);
        waiter.get(20, TimeUnit.SECONDS).release(Duration.ZERO).join();
        deaf.destroy();
        await().atMost(SLACK).until(() -> server.channels("*").isEmpty());
    }

    private static BackendHold waitFor(RedissonMutexes mutexes, LockKey key, Duration wait) {
        try {
            return granted(mutexes, key, LEASE, wait);
        } catch (InterruptedException interrupt) {
            throw new AssertionError(interrupt);
        }
    }

    @Test
    void aHoldOutlivesAFreezeThatIsShorterThanItsLease() throws Exception {
        BackendHold hold = granted(mutexes, newKey(), Duration.ofSeconds(12));
        pause(Duration.ofSeconds(3));
        server.freeze();
        pause(Duration.ofSeconds(4));
        server.thaw();
        pause(Duration.ofSeconds(7));
        assertThat(hold.known()).isEqualTo(State.HELD);
        assertThat(hold.release(Duration.ZERO).join()).isEqualTo(State.HELD);
        awaitNothingLeft();
    }

    @Test
    void attemptsAtAFrozenServerEndInTimeAndWhatTheyGotLateIsGivenBack() throws Exception {
        LockKey once = newKey();
        LockKey waited = newKey();
        warmUp();
        server.freeze();
        long start = System.nanoTime();
        assertUnanswered(acquire(mutexes, once, LEASE, Duration.ZERO), "1000ms");
        assertThat(since(start)).isBetween(CALL, CALL.plus(SLACK));
        start = System.nanoTime();
        assertUnanswered(acquire(mutexes, waited, LEASE, Duration.ofMillis(2500)), "ms");
        assertThat(since(start)).isLessThan(Duration.ofMillis(2500).plus(SLACK));
        assertThat(mutexes.abandoned()).isGreaterThanOrEqualTo(3);
        server.thaw();
        awaitKeysGone();
        granted(mutexes, once, LEASE, SLACK).release(Duration.ZERO).join();
        granted(mutexes, waited, LEASE, SLACK).release(Duration.ZERO).join();
        awaitKeysGone();
    }

    @Test
    void abandonedAttemptsAreForgottenOnceALeaseHasPassed() throws Exception {
        warmUp();
        server.freeze();
        assertUnanswered(acquire(mutexes, newKey(), Duration.ofSeconds(2), Duration.ZERO), "1000ms");
        server.thaw();
        awaitNothingLeft();
    }

    @Test
    void anInterruptEndsTheWaitForAFrozenServerAtOnce() throws Exception {
        LockKey key = newKey();
        warmUp();
        server.freeze();
        long start = System.nanoTime();
        Thread caller = new Thread(() -> assertThatThrownBy(() -> acquire(mutexes, key, LEASE, Duration.ofSeconds(60)))
                .isInstanceOf(InterruptedException.class));
        caller.start();
        pause(Duration.ofMillis(300));
        caller.interrupt();
        caller.join(TimeUnit.SECONDS.toMillis(30));
        assertThat(caller.isAlive()).isFalse();
        assertThat(since(start)).isLessThan(SLACK);
        server.thaw();
        awaitKeysGone();
    }

    @Test
    void aFrozenServerVetoesButDoesNotEndTheHold() throws Exception {
        BackendHold hold = granted(mutexes, newKey(), LEASE);
        server.freeze();
        long start = System.nanoTime();
        assertThat(hold.verify()).isEqualTo(State.LOST);
        assertThat(since(start)).isBetween(CALL, CALL.plus(SLACK));
        assertThat(hold.known()).isEqualTo(State.HELD);
        server.thaw();
        await().atMost(SLACK).until(() -> hold.verify() == State.HELD);
        assertThat(hold.release(Duration.ZERO).join()).isEqualTo(State.HELD);
        awaitNothingLeft();
    }

    @Test
    void aReleaseAtAFrozenServerEndsInTimeAndIsMadeUpFor() throws Exception {
        LockKey key = newKey();
        BackendHold hold = granted(mutexes, key, LEASE);
        server.freeze();
        long start = System.nanoTime();
        assertThat(hold.release(Duration.ZERO).join()).isEqualTo(State.HELD);
        assertThat(since(start)).isBetween(CALL, CALL.plus(SLACK));
        assertThat(mutexes.held()).isZero();
        server.thaw();
        awaitKeysGone();
    }

    @Test
    void aLockExpiredDuringAFreezeIsToldLostAtRelease() throws Exception {
        BackendHold hold = granted(mutexes, newKey(), Duration.ofSeconds(2));
        server.freeze();
        pause(Duration.ofSeconds(3));
        assertThat(hold.release(Duration.ZERO).join()).isEqualTo(State.LOST);
    }

    @Test
    void whoeverMissedAllTimersFindsTheLossWhenItLooks() throws Exception {
        BackendHold hold = granted(mutexes, newKey(), Duration.ofSeconds(1));
        mutexes.destroy();
        AtomicInteger losses = new AtomicInteger();
        hold.onLoss(losses::incrementAndGet);
        pause(Duration.ofMillis(1500));
        assertThat(losses).hasValue(0);
        assertThat(hold.known()).isEqualTo(State.LOST);
        assertThat(losses).hasValue(1);
    }

    @Test
    void saysWhatToDoWhereRedisIsAwayOrTheClientShutDown() {
        server.kill();
        assertThat(mutexes.problem())
                .hasValueSatisfying(problem -> assertThat(problem)
                        .startsWith("@DistributedMutex needs Redis, but it does not run a script: ")
                        .contains("check the address and credentials of the RedissonClient"));
        server.restart();
        await().atMost(SLACK).until(() -> mutexes.problem().isEmpty());
        RedissonClient gone = Clients.of(server);
        gone.shutdown();
        RedissonMutexes orphaned = new RedissonMutexes(gone, null, SETTINGS);
        assertThat(orphaned.problem())
                .hasValueSatisfying(problem -> assertThat(problem).contains("the RedissonClient is shut down"));
        orphaned.destroy();
    }

    @Test
    void aClientThatWasShutDownFailsCalmly() throws Exception {
        RedissonClient gone = Clients.of(server);
        RedissonMutexes orphaned = new RedissonMutexes(gone, null, SETTINGS);
        BackendHold hold = granted(orphaned, newKey(), Duration.ofSeconds(2));
        gone.shutdown();
        assertThat(acquire(orphaned, newKey(), LEASE, Duration.ofMillis(700)))
                .isInstanceOf(Acquisition.Unavailable.class);
        assertThat(hold.verify()).isEqualTo(State.LOST);
        assertThat(orphaned.describeHolder(newKey())).isEqualTo("unknown");
        LockSightings nothing = orphaned.sightings(List.of(newKey()));
        assertThat(nothing.all()).isEmpty();
        assertThat(nothing.complete()).isFalse();
        assertThat(nothing.error()).isNotBlank();
        assertThat(orphaned.health().state()).isEqualTo(LockHealth.State.DOWN);
        assertThat(hold.release(Duration.ZERO)).succeedsWithin(CALL.plus(SLACK));
        orphaned.destroy();
    }

    /** So that connections exist and scripts are loaded, and the frozen server has something in its sockets to wake up to. */
    private void warmUp() throws InterruptedException {
        for (int i = 0; i < 3; i++) {
            granted(mutexes, newKey(), LEASE).release(Duration.ZERO).join();
        }
    }

    private static void assertUnanswered(Acquisition acquisition, String within) {
        assertThat(acquisition)
                .isInstanceOfSatisfying(
                        Acquisition.Unavailable.class,
                        refusal -> assertThat(refusal.reason())
                                .startsWith("Redis did not answer within ")
                                .endsWith(within));
    }

    /** The lease is three times as long, so that what is gone was given back. */
    private void awaitKeysGone() {
        pause(Duration.ofMillis(500));
        await().atMost(SLACK).until(() -> server.keys("interlock:*").isEmpty());
        assertThat(mutexes.held()).isZero();
    }

    private void awaitNothingLeft() {
        await().atMost(Duration.ofSeconds(45))
                .until(() -> server.keys("interlock:*").isEmpty() && mutexes.held() + mutexes.abandoned() == 0);
    }
}
