package dev.interlock.redisson;

import static dev.interlock.redisson.Attempts.LEASE;
import static dev.interlock.redisson.Attempts.acquire;
import static dev.interlock.redisson.Attempts.granted;
import static dev.interlock.redisson.Attempts.newKey;
import static dev.interlock.redisson.Attempts.since;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.interlock.key.LockKey;
import dev.interlock.lock.BackendHold;
import dev.interlock.lock.BackendHold.State;
import dev.interlock.lock.LockBackend.Acquisition;
import dev.interlock.testing.RedisServer;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.redisson.api.RLock;
import org.redisson.api.RedissonClient;
import org.redisson.config.NameMapper;

/** A plain lock of Redisson and the backend exclude each other, and each waits for the other's release. */
class RedissonInteropTest {

    /** Longer than any test waits: who gets the lock earlier was woken by a message. */
    private static final RedissonMutexes.Settings NO_POLLING =
            new RedissonMutexes.Settings(Duration.ofSeconds(2), Duration.ofMinutes(5), LEASE);

    private final RedisServer server = RedisServer.start();
    private final ExecutorService waiters = Executors.newCachedThreadPool();
    private RedissonClient client = Clients.of(server);
    private RedissonClient plainClient = Clients.of(server);
    private RedissonMutexes mutexes = new RedissonMutexes(client, null, NO_POLLING);

    @AfterEach
    void close() {
        waiters.shutdownNow();
        mutexes.destroy();
        client.shutdown();
        plainClient.shutdown();
        server.close();
    }

    @Test
    void aPlainLockExcludesAndIsExcluded() throws Exception {
        LockKey key = newKey();
        RLock plain = plain(key);
        plain.lock();
        assertThat(acquire(mutexes, key, LEASE, Duration.ZERO)).isInstanceOf(Acquisition.Unavailable.class);
        plain.unlock();
        BackendHold hold = granted(mutexes, key, LEASE);
        assertThat(plain.tryLock()).isFalse();
        assertThat(hold.release(Duration.ZERO).join()).isEqualTo(State.HELD);
        assertThat(plain.tryLock()).isTrue();
        plain.unlock();
    }

    @Test
    void theSameClientAndThreadIsNoOwnerOfTheOthersLock() throws Exception {
        LockKey key = newKey();
        RLock plain = client.getLock(RedissonMutexes.redisName(key));
        BackendHold hold = granted(mutexes, key, LEASE);
        assertThat(plain.tryLock()).isFalse();
        assertThat(acquire(mutexes, key, LEASE, Duration.ZERO)).isInstanceOf(Acquisition.Unavailable.class);
        hold.release(Duration.ZERO).join();
        plain.lock();
        assertThat(acquire(mutexes, key, LEASE, Duration.ZERO)).isInstanceOf(Acquisition.Unavailable.class);
        plain.unlock();
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void waitersOfBothKindsAreWokenByTheOthersRelease(boolean mapped) throws Exception {
        if (mapped) {
            mapNames();
        }
        LockKey key = newKey();
        RLock plain = plain(key);
        plain.lock(60, TimeUnit.SECONDS);
        Future<BackendHold> ours = waiters.submit(() -> granted(mutexes, key, LEASE, Duration.ofSeconds(60)));
        awaitSubscribers(1);
        long released = System.nanoTime();
        plain.unlock();
        BackendHold hold = ours.get(60, TimeUnit.SECONDS);
        assertThat(since(released)).isLessThan(Duration.ofSeconds(10));

        CompletableFuture<Void> theirs = CompletableFuture.runAsync(
                () -> {
                    RLock waiting = plain(key);
                    waiting.lock(60, TimeUnit.SECONDS);
                    waiting.unlock();
                },
                waiters);
        awaitSubscribers(1);
        released = System.nanoTime();
        assertThat(hold.release(Duration.ZERO).join()).isEqualTo(State.HELD);
        theirs.get(60, TimeUnit.SECONDS);
        assertThat(since(released)).isLessThan(Duration.ofSeconds(10));
        assertThat(server.keys("*interlock:*"))
                .filteredOn(name -> !name.contains("latch"))
                .isEmpty();
    }

    @Test
    void aMappedNameIsUsedByEveryCommand() throws Exception {
        mapNames();
        LockKey key = newKey();
        BackendHold hold = granted(mutexes, key, LEASE);
        assertThat(server.keys("interlock:*")).isEmpty();
        assertThat(server.keys("app:interlock:*")).containsExactly("app:" + RedissonMutexes.redisName(key));
        assertThat(hold.verify()).isEqualTo(State.HELD);
        assertThat(mutexes.describeHolder(key)).startsWith("this process");
        assertThat(hold.release(Duration.ofMillis(500)).join()).isEqualTo(State.HELD);
        await().until(() -> server.keys("app:interlock:*").isEmpty());
    }

    @Test
    void aLostMessageCostsOneIntervalAtMost() throws Exception {
        LockKey key = newKey();
        RedissonMutexes polling = new RedissonMutexes(client, null, RedissonMutexes.Settings.DEFAULT);
        granted(mutexes, key, LEASE);
        Future<BackendHold> waiter = waiters.submit(() -> granted(polling, key, LEASE, Duration.ofSeconds(60)));
        awaitSubscribers(1);
        server.command("DEL", RedissonMutexes.redisName(key));
        waiter.get(10, TimeUnit.SECONDS).release(Duration.ZERO).join();
        polling.destroy();
    }

    @Test
    void nothingRenewsALockWhoseBackendWasStopped() throws Exception {
        LockKey key = newKey();
        granted(mutexes, key, Duration.ofSeconds(1));
        mutexes.destroy();
        await().atMost(Duration.ofSeconds(20))
                .until(() -> server.keys("interlock:*").isEmpty());
    }

    private void mapNames() {
        NameMapper prefix = new NameMapper() {
            @Override
            public String map(String name) {
                return "app:" + name;
            }

            @Override
            public String unmap(String name) {
                return name.substring("app:".length());
            }
        };
        mutexes.destroy();
        client.shutdown();
        plainClient.shutdown();
        client = Clients.of(server, prefix);
        plainClient = Clients.of(server, prefix);
        mutexes = new RedissonMutexes(client, null, NO_POLLING);
    }

    private RLock plain(LockKey key) {
        return plainClient.getLock(RedissonMutexes.redisName(key));
    }

    private void awaitSubscribers(int count) {
        await().atMost(Duration.ofSeconds(30))
                .until(() -> server.channels("redisson_lock__channel*").size() == count);
    }
}
