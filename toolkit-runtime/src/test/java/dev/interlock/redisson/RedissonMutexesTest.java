package dev.interlock.redisson;

import static dev.interlock.redisson.Attempts.LEASE;
import static dev.interlock.redisson.Attempts.SHORT;
import static dev.interlock.redisson.Attempts.acquire;
import static dev.interlock.redisson.Attempts.granted;
import static dev.interlock.redisson.Attempts.newKey;
import static dev.interlock.redisson.Attempts.pause;
import static dev.interlock.redisson.Attempts.since;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.interlock.annotation.LockMode;
import dev.interlock.guard.Clock;
import dev.interlock.guard.Deadline;
import dev.interlock.key.LockKey;
import dev.interlock.lock.BackendHold;
import dev.interlock.lock.BackendHold.State;
import dev.interlock.lock.FencingTokens;
import dev.interlock.lock.LockBackend;
import dev.interlock.lock.LockBackend.Acquisition;
import dev.interlock.lock.LockBackendContract;
import dev.interlock.lock.LockHealth;
import dev.interlock.lock.LockRequest;
import dev.interlock.lock.LockSightings;
import dev.interlock.testing.RedisServer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.redisson.api.RedissonClient;

class RedissonMutexesTest extends LockBackendContract {

    private static final RedisServer SERVER = RedisServer.start();
    private static final RedissonClient CLIENT = Clients.of(SERVER);
    private static final RedissonClient OTHER_CLIENT = Clients.of(SERVER);
    private static final Tokens TOKENS = new Tokens();
    private static final RedissonMutexes BACKEND =
            new RedissonMutexes(CLIENT, TOKENS, RedissonMutexes.Settings.DEFAULT);
    private static final RedissonMutexes OTHER =
            new RedissonMutexes(OTHER_CLIENT, null, RedissonMutexes.Settings.DEFAULT);

    @AfterAll
    static void close() {
        BACKEND.destroy();
        OTHER.destroy();
        CLIENT.shutdown();
        OTHER_CLIENT.shutdown();
        SERVER.close();
    }

    @Override
    protected LockBackend backend() {
        return BACKEND;
    }

    @Override
    protected LockBackend otherProcess() {
        return OTHER;
    }

    @Override
    protected int locksLeft() {
        await().atMost(Duration.ofSeconds(10)).until(() -> keysLeft() + BACKEND.held() + OTHER.held() == 0);
        await().atMost(Duration.ofSeconds(10)).until(() -> SERVER.channels("*").isEmpty());
        return keysLeft();
    }

    private static int keysLeft() {
        return SERVER.keys("interlock:*").size();
    }

    @Test
    void aLockIsRenewedOverManyLeases() throws Exception {
        LockKey key = newKey();
        BackendHold hold = granted(BACKEND, key, Duration.ofMillis(1500));
        hold.renewFor(LEASE);
        AtomicInteger losses = new AtomicInteger();
        hold.onLoss(losses::incrementAndGet);
        for (int i = 0; i < 16; i++) {
            pause(Duration.ofMillis(500));
            assertThat(acquire(OTHER, key, SHORT, Duration.ZERO)).isInstanceOf(Acquisition.Unavailable.class);
        }
        assertThat(hold.known()).isEqualTo(State.HELD);
        assertThat(hold.release(Duration.ZERO).join()).isEqualTo(State.HELD);
        assertThat(losses).hasValue(0);
    }

    @Test
    void oneThreadRenewsHundredsOfLocks() throws Exception {
        List<BackendHold> holds = new ArrayList<>();
        for (int i = 0; i < 400; i++) {
            BackendHold hold = granted(BACKEND, newKey(), Duration.ofSeconds(4));
            hold.renewFor(LEASE);
            holds.add(hold);
        }
        pause(Duration.ofSeconds(8));
        assertThat(holds).allMatch(hold -> hold.known() == State.HELD);
        List<State> ends =
                holds.stream().map(hold -> hold.release(Duration.ZERO).join()).toList();
        assertThat(ends).containsOnly(State.HELD);
    }

    @Test
    void theLeaseOfADeadHolderEndsAndTheNextOneFollows() throws Exception {
        LockKey key = newKey();
        RedissonClient client = Clients.of(SERVER);
        granted(new RedissonMutexes(client, null, RedissonMutexes.Settings.DEFAULT), key, SHORT);
        long died = System.nanoTime();
        client.shutdown();
        BackendHold next = granted(OTHER, key, SHORT, Duration.ofSeconds(30));
        assertThat(since(died)).isLessThan(SHORT.plusSeconds(5));
        next.release(Duration.ZERO).join();
    }

    @Test
    void maxHoldEndsTheRenewalsAndTheListenerIsToldOnce() throws Exception {
        LockKey key = newKey();
        BackendHold hold = granted(BACKEND, key, SHORT);
        AtomicInteger losses = new AtomicInteger();
        hold.onLoss(losses::incrementAndGet);
        long start = System.nanoTime();
        hold.renewFor(Duration.ofMillis(1200));
        granted(OTHER, key, SHORT, Duration.ofSeconds(30))
                .release(Duration.ZERO)
                .join();
        assertThat(since(start)).isGreaterThan(Duration.ofMillis(1200));
        assertThat(hold.known()).isEqualTo(State.LOST);
        await().atMost(Duration.ofSeconds(5))
                .untilAsserted(() -> assertThat(losses).hasValue(1));
        assertThat(hold.verify()).isEqualTo(State.LOST);
        assertThat(hold.release(Duration.ZERO).join()).isEqualTo(State.LOST);
        assertThat(losses).hasValue(1);
    }

    @Test
    void eachHandOffMayRenewForAsLongAgain() throws Exception {
        BackendHold hold = granted(BACKEND, newKey(), Duration.ofSeconds(2));
        for (int i = 0; i < 5; i++) {
            hold.renewFor(Duration.ofMillis(1200));
            pause(Duration.ofSeconds(1));
        }
        assertThat(hold.verify()).isEqualTo(State.HELD);
        hold.release(Duration.ZERO).join();
    }

    @Test
    void verifyDoesNotProlongALockBeyondMaxHold() throws Exception {
        BackendHold hold = granted(BACKEND, newKey(), SHORT);
        hold.renewFor(Duration.ZERO);
        await().atMost(Duration.ofSeconds(10))
                .pollInterval(Duration.ofMillis(50))
                .until(() -> hold.verify() == State.LOST);
        assertThat(hold.known()).isEqualTo(State.LOST);
        assertThat(hold.release(Duration.ZERO).join()).isEqualTo(State.LOST);
    }

    @Test
    void minHoldKeepsTheLockForExactlyThatLong() throws Exception {
        LockKey key = newKey();
        BackendHold hold = granted(BACKEND, key, LEASE);
        Duration keep = Duration.ofMillis(1500);
        long released = System.nanoTime();
        assertThat(hold.release(keep).join()).isEqualTo(State.HELD);
        assertThat((Long) SERVER.command("PTTL", RedissonMutexes.redisName(key)))
                .isBetween(1L, keep.toMillis());
        assertThat(hold.known()).isEqualTo(State.LOST);
        assertThat(BACKEND.held()).isZero();
        assertThat(OTHER.describeHolder(key)).contains("its holder has left");
        assertThat(acquire(BACKEND, key, SHORT, Duration.ZERO)).isInstanceOf(Acquisition.Unavailable.class);
        granted(OTHER, key, SHORT, Duration.ofSeconds(20))
                .release(Duration.ZERO)
                .join();
        assertThat(since(released)).isBetween(keep, keep.plusSeconds(5));
    }

    @Test
    void minHoldOfAShortLeaseOutlastsIt() throws Exception {
        LockKey key = newKey();
        BackendHold hold = granted(BACKEND, key, Duration.ofMillis(300));
        long released = System.nanoTime();
        hold.release(Duration.ofSeconds(1)).join();
        granted(OTHER, key, SHORT, Duration.ofSeconds(20))
                .release(Duration.ZERO)
                .join();
        assertThat(since(released)).isGreaterThanOrEqualTo(Duration.ofSeconds(1));
    }

    @Test
    void aReleaseNeverFreesTheLockOfAnother() throws Exception {
        LockKey key = newKey();
        BackendHold robbed = granted(BACKEND, key, LEASE);
        SERVER.command("DEL", RedissonMutexes.redisName(key));
        BackendHold owner = granted(OTHER, key, LEASE);
        assertThat(robbed.release(Duration.ZERO).join()).isEqualTo(State.LOST);
        assertThat(owner.verify()).isEqualTo(State.HELD);
        assertThat(owner.release(Duration.ZERO).join()).isEqualTo(State.HELD);
    }

    @Test
    void aKeepingReleaseNeverProlongsTheLockOfAnother() throws Exception {
        LockKey key = newKey();
        BackendHold robbed = granted(BACKEND, key, LEASE);
        SERVER.command("DEL", RedissonMutexes.redisName(key));
        BackendHold owner = granted(OTHER, key, SHORT);
        assertThat(robbed.release(LEASE).join()).isEqualTo(State.LOST);
        assertThat((Long) SERVER.command("PTTL", RedissonMutexes.redisName(key)))
                .isLessThanOrEqualTo(SHORT.toMillis());
        owner.release(Duration.ZERO).join();
    }

    @Test
    void aRenewalThatFindsAnotherOwnerTellsTheLossOnce() throws Exception {
        LockKey key = newKey();
        BackendHold robbed = granted(BACKEND, key, SHORT);
        AtomicInteger losses = new AtomicInteger();
        robbed.onLoss(losses::incrementAndGet);
        SERVER.command("DEL", RedissonMutexes.redisName(key));
        BackendHold owner = granted(OTHER, key, LEASE);
        await().atMost(Duration.ofSeconds(10))
                .untilAsserted(() -> assertThat(losses).hasValue(1));
        assertThat(robbed.known()).isEqualTo(State.LOST);
        assertThat(owner.verify()).isEqualTo(State.HELD);
        assertThat(robbed.release(Duration.ZERO).join()).isEqualTo(State.LOST);
        owner.release(Duration.ZERO).join();
        assertThat(losses).hasValue(1);
    }

    @Test
    void verifyNoticesALossAtOnceAndALateListenerIsTold() throws Exception {
        LockKey key = newKey();
        BackendHold hold = granted(BACKEND, key, LEASE);
        SERVER.command("DEL", RedissonMutexes.redisName(key));
        assertThat(hold.known()).isEqualTo(State.HELD);
        assertThat(hold.verify()).isEqualTo(State.LOST);
        assertThat(hold.known()).isEqualTo(State.LOST);
        AtomicInteger losses = new AtomicInteger();
        hold.onLoss(losses::incrementAndGet);
        assertThat(losses).hasValue(1);
        hold.release(Duration.ZERO).join();
    }

    @Test
    void verifyRenewsAndLeavesTheInterruptFlagAsItWas() throws Exception {
        LockKey key = newKey();
        BackendHold hold = granted(BACKEND, key, LEASE);
        SERVER.command("PEXPIRE", RedissonMutexes.redisName(key), "5000");
        Thread.currentThread().interrupt();
        assertThat(hold.verify()).isEqualTo(State.HELD);
        assertThat(Thread.interrupted()).isTrue();
        assertThat((Long) SERVER.command("PTTL", RedissonMutexes.redisName(key)))
                .isGreaterThan(20_000);
        hold.release(Duration.ZERO).join();
    }

    @Test
    void aTokenIsDrawnOnlyWhileTheLockIsHeld() throws Exception {
        LockKey key = newKey();
        BackendHold hold = granted(BACKEND, key, LEASE);
        OptionalLong token = hold.drawToken();
        assertThat(token).isPresent();
        SERVER.command("DEL", RedissonMutexes.redisName(key));
        hold.verify();
        assertThat(hold.drawToken()).isEmpty();
        hold.release(Duration.ZERO).join();
        BackendHold next = granted(BACKEND, key, LEASE);
        assertThat(next.drawToken().getAsLong()).isGreaterThanOrEqualTo(token.getAsLong() + FencingTokens.BLOCK);
        next.release(Duration.ZERO).join();
    }

    @Test
    void withoutASourceThereIsNoToken() throws Exception {
        BackendHold hold = granted(OTHER, newKey(), LEASE);
        assertThat(hold.drawToken()).isEmpty();
        hold.release(Duration.ZERO).join();
    }

    @Test
    void refusesSharedLocks() throws Exception {
        LockRequest shared = new LockRequest(newKey(), LockMode.SHARED, false, LEASE);
        assertThat(BACKEND.acquire(shared, Deadline.after(Clock.SYSTEM, Duration.ZERO)))
                .isInstanceOfSatisfying(
                        Acquisition.Unavailable.class,
                        refusal -> assertThat(refusal.reason())
                                .isEqualTo("locks in Redis are exclusive only; ask for LockMode.EXCLUSIVE"));
    }

    @Test
    void describesHoldersAndSeesThoseOfOtherProcesses() throws Exception {
        LockKey key = newKey();
        LockKey free = newKey();
        BackendHold hold = granted(BACKEND, key, LEASE);
        assertThat(BACKEND.describeHolder(key))
                .startsWith("this process, Redisson client " + CLIENT.getId().substring(0, 8) + "… for another PT");
        assertThat(OTHER.describeHolder(key)).startsWith("Redisson client ");
        LockSightings sightings = OTHER.sightings(List.of(free, key));
        assertThat(sightings.complete()).isTrue();
        assertThat(sightings.all())
                .filteredOn(seen -> seen.key() != null)
                .singleElement()
                .satisfies(seen -> {
                    assertThat(seen.key()).isEqualTo(key);
                    assertThat(seen.id()).isEqualTo(RedissonMutexes.redisName(key));
                    assertThat(seen.owner()).contains(CLIENT.getId().substring(0, 8));
                    assertThat(seen.granted()).isTrue();
                });
        assertThat(OTHER.sightings(List.of()).all())
                .as("locks that this process knows nothing of")
                .anyMatch(seen -> seen.key() == null && seen.id().equals(RedissonMutexes.redisName(key)));
        assertThat(hold.place())
                .startsWith("redis lock ")
                .doesNotContain(key.parts().get(0));
        hold.release(Duration.ZERO).join();
    }

    @Test
    void hasNothingToComplainAboutOnAPlainServer() {
        assertThat(BACKEND.problem()).isEmpty();
        assertThat(BACKEND.health().state()).isEqualTo(LockHealth.State.UP);
    }

    @Test
    void stoppingDrainsAndGrantsNoMore() throws Exception {
        RedissonMutexes stopping = new RedissonMutexes(CLIENT, null, RedissonMutexes.Settings.DEFAULT);
        BackendHold hold = granted(stopping, newKey(), LEASE);
        Thread stop = new Thread(stopping::destroy);
        stop.start();
        await().until(() -> acquire(stopping, newKey(), LEASE, Duration.ZERO) instanceof Acquisition.Unavailable refusal
                && refusal.reason().equals("the application is stopping"));
        assertThat(hold.release(Duration.ZERO).join()).isEqualTo(State.HELD);
        stop.join();
        assertThat(CLIENT.isShuttingDown()).isFalse();
    }

    @Test
    void whatIsHeldBeyondTheStopMayStillBeReleased() throws Exception {
        RedissonMutexes stopping = new RedissonMutexes(CLIENT, null, RedissonMutexes.Settings.DEFAULT);
        BackendHold hold = granted(stopping, newKey(), LEASE);
        stopping.destroy();
        assertThat(hold.known()).isEqualTo(State.HELD);
        assertThat(hold.release(Duration.ZERO).join()).isEqualTo(State.HELD);
    }

    /** Numbers in place of a Postgres sequence. */
    private static final class Tokens implements FencingTokens {

        private final AtomicLong next = new AtomicLong(1);

        @Override
        public Optional<String> problem() {
            return Optional.empty();
        }

        @Override
        public OptionalLong draw() {
            return OptionalLong.of(next.getAndAdd(BLOCK));
        }
    }
}
