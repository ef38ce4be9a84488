package dev.interlock.redisson;

import static dev.interlock.redisson.Attempts.LEASE;
import static dev.interlock.redisson.Attempts.granted;
import static dev.interlock.redisson.Attempts.newKey;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.interlock.key.LockKey;
import dev.interlock.lock.BackendHold;
import dev.interlock.lock.BackendHold.State;
import dev.interlock.lock.LockBackend;
import dev.interlock.lock.LockBackendContract;
import dev.interlock.testing.RedisClusterNodes;
import dev.interlock.testing.RedisServer;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.redisson.api.RLock;
import org.redisson.api.RedissonClient;

class RedisClusterTest extends LockBackendContract {

    private static final RedisClusterNodes CLUSTER = RedisClusterNodes.start();
    private static final RedissonClient CLIENT = Clients.of(CLUSTER);
    private static final RedissonClient OTHER_CLIENT = Clients.of(CLUSTER);
    private static final RedissonMutexes BACKEND = new RedissonMutexes(CLIENT, null, RedissonMutexes.Settings.DEFAULT);
    private static final RedissonMutexes OTHER =
            new RedissonMutexes(OTHER_CLIENT, null, RedissonMutexes.Settings.DEFAULT);

    @AfterAll
    static void close() {
        BACKEND.destroy();
        OTHER.destroy();
        CLIENT.shutdown();
        OTHER_CLIENT.shutdown();
        CLUSTER.close();
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
        return keysLeft();
    }

    private static int keysLeft() {
        return CLUSTER.nodes().stream()
                .mapToInt(node -> node.keys("interlock:*").size())
                .sum();
    }

    @Test
    void locksOfAllSlotsAreTakenRenewedSeenAndGivenBack() throws Exception {
        assertThat(BACKEND.problem()).isEmpty();
        Map<LockKey, BackendHold> holds = new LinkedHashMap<>();
        for (int i = 0; i < 60; i++) {
            LockKey key = newKey();
            holds.put(key, granted(BACKEND, key, LEASE));
        }
        assertThat(CLUSTER.nodes()).allMatch(node -> !node.keys("interlock:*").isEmpty());
        assertThat(holds.values()).allMatch(hold -> hold.verify() == State.HELD);
        assertThat(OTHER.sightings(holds.keySet()).all()).hasSize(holds.size());
        assertThat(OTHER.sightings(holds.keySet()).complete())
                .as("locks of other processes cannot be listed in a cluster")
                .isFalse();
        holds.forEach((key, hold) -> assertThat(OTHER.describeHolder(key)).startsWith("Redisson client "));
        holds.values()
                .forEach(hold -> assertThat(hold.release(Duration.ZERO).join()).isEqualTo(State.HELD));
    }

    @Test
    void aWaiterOfAPlainLockAndOursHearEachOtherWhateverTheNode() throws Exception {
        RedissonMutexes deaf = new RedissonMutexes(
                CLIENT, null, new RedissonMutexes.Settings(Duration.ofSeconds(2), Duration.ofMinutes(5), LEASE));
        for (int i = 0; i < 6; i++) {
            LockKey key = newKey();
            RLock plain = OTHER_CLIENT.getLock(RedissonMutexes.redisName(key));
            plain.lock(60, TimeUnit.SECONDS);
            CompletableFuture<BackendHold> waiter = new CompletableFuture<>();
            Thread thread = new Thread(() -> {
                try {
                    waiter.complete(granted(deaf, key, LEASE, Duration.ofSeconds(60)));
                } catch (InterruptedException | AssertionError failure) {
                    waiter.completeExceptionally(failure);
                }
            });
            thread.start();
            await().until(RedisClusterTest::isSubscribed);
            plain.unlock();
            waiter.get(20, TimeUnit.SECONDS).release(Duration.ZERO).join();
            thread.join();
        }
        deaf.destroy();
    }

    private static boolean isSubscribed() {
        return CLUSTER.nodes().stream()
                .anyMatch((RedisServer node) ->
                        !node.channels("redisson_lock__channel*").isEmpty());
    }
}
