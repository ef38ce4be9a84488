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
import dev.interlock.testing.RedisSentinels;
import dev.interlock.testing.RedisServer;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.redisson.api.RLock;
import org.redisson.api.RedissonClient;

class RedisSentinelTest {

    private static final Duration CALL = Duration.ofSeconds(2);
    private static final Duration SLACK = Duration.ofSeconds(6);
    private static final Duration RECOVERY = Duration.ofSeconds(60);

    private final RedisSentinels sentinels = RedisSentinels.start();
    private final RedissonClient client = Clients.of(sentinels);
    private final RedissonMutexes mutexes = new RedissonMutexes(client, null, RedissonMutexes.Settings.DEFAULT);

    @AfterEach
    void close() {
        sentinels.replicas().forEach(RedisServer::thaw);
        mutexes.destroy();
        client.shutdown();
        sentinels.close();
    }

    @Test
    void takesRenewsSeesAndGivesBack() throws Exception {
        LockKey key = newKey();
        RLock plain = client.getLock(RedissonMutexes.redisName(key));
        BackendHold hold = granted(mutexes, key, LEASE);
        assertThat(plain.tryLock()).isFalse();
        assertThat(hold.verify()).isEqualTo(State.HELD);
        assertThat(mutexes.describeHolder(key)).startsWith("this process");
        assertThat(mutexes.problem()).isEmpty();
        assertThat(hold.release(Duration.ZERO).join()).isEqualTo(State.HELD);
        assertThat(sentinels.primary().keys("interlock:*")).isEmpty();
    }

    @Test
    void oneFrozenReplicaDelaysNoCallBeyondItsTimeAndNothingIsLeft() throws Exception {
        granted(mutexes, newKey(), LEASE).release(Duration.ZERO).join();
        sentinels.replicas().get(0).freeze();
        for (int i = 0; i < 5; i++) {
            long start = System.nanoTime();
            Acquisition acquisition = acquire(mutexes, newKey(), LEASE, Duration.ZERO);
            assertThat(since(start)).isLessThan(CALL.plus(SLACK));
            if (acquisition instanceof Acquisition.Granted granted) {
                long released = System.nanoTime();
                granted.hold().release(Duration.ZERO).join();
                assertThat(since(released)).isLessThan(CALL.plus(SLACK));
            }
        }
        awaitKeysGone();
    }

    @Test
    void whereNoReplicaConfirmsAnAttemptFailsInTimeAndItsKeyIsRemoved() throws Exception {
        granted(mutexes, newKey(), LEASE).release(Duration.ZERO).join();
        sentinels.replicas().forEach(RedisServer::freeze);
        LockKey key = newKey();
        long start = System.nanoTime();
        Acquisition acquisition = acquire(mutexes, key, LEASE, Duration.ZERO);
        assertThat(since(start)).isLessThan(CALL.plus(SLACK));
        assertThat(acquisition).isInstanceOf(Acquisition.Unavailable.class);
        awaitKeysGone();
        sentinels.replicas().forEach(RedisServer::thaw);
        granted(mutexes, key, LEASE, RECOVERY).release(Duration.ZERO).join();
        awaitKeysGone();
    }

    @Test
    void afterAFailoverTheNextAreServedAndNobodyIsDeceived() throws Exception {
        LockKey key = newKey();
        BackendHold hold = granted(mutexes, key, Duration.ofSeconds(6));
        sentinels.primary().kill();
        LockKey other = newKey();
        BackendHold next = granted(mutexes, other, LEASE, RECOVERY);
        RedisServer primary = sentinels.current();
        assertThat(primary.port()).isNotEqualTo(sentinels.primary().port());
        await().atMost(RECOVERY).until(() -> isTold(hold, primary, key));
        hold.release(Duration.ZERO).get(30, TimeUnit.SECONDS);
        assertThat(next.release(Duration.ZERO).get(30, TimeUnit.SECONDS)).isEqualTo(State.HELD);
        granted(mutexes, key, LEASE, RECOVERY).release(Duration.ZERO).join();
        await().atMost(RECOVERY).until(() -> primary.keys("interlock:*").isEmpty());
    }

    /** A hold that is known is also in Redis, and renewed there; otherwise it is told as lost. */
    private static boolean isTold(BackendHold hold, RedisServer primary, LockKey key) {
        boolean there = primary.keys(RedissonMutexes.redisName(key)).size() == 1;
        return there ? hold.verify() == State.HELD : hold.known() == State.LOST;
    }

    private void awaitKeysGone() {
        await().atMost(Duration.ofSeconds(20))
                .until(() -> sentinels.primary().keys("interlock:*").isEmpty());
        assertThat(mutexes.held()).isZero();
    }
}
