package dev.interlock.redisson;

import static org.assertj.core.api.Assertions.assertThat;

import dev.interlock.annotation.LockMode;
import dev.interlock.guard.Clock;
import dev.interlock.guard.Deadline;
import dev.interlock.key.KeyNamespace;
import dev.interlock.key.LockKey;
import dev.interlock.lock.BackendHold;
import dev.interlock.lock.LockBackend.Acquisition;
import dev.interlock.lock.LockRequest;
import java.time.Duration;
import java.util.UUID;

/** Short forms of what the tests of this package do most. */
final class Attempts {

    static final Duration LEASE = Duration.ofSeconds(30);
    static final Duration SHORT = Duration.ofSeconds(1);

    private static final KeyNamespace NAMESPACE = new KeyNamespace("redis-tests");

    private Attempts() {}

    static LockKey newKey() {
        return NAMESPACE.key("test", UUID.randomUUID().toString());
    }

    static Acquisition acquire(RedissonMutexes mutexes, LockKey key, Duration lease, Duration wait)
            throws InterruptedException {
        return mutexes.acquire(
                new LockRequest(key, LockMode.EXCLUSIVE, false, lease), Deadline.after(Clock.SYSTEM, wait));
    }

    static BackendHold granted(RedissonMutexes mutexes, LockKey key, Duration lease, Duration wait)
            throws InterruptedException {
        Acquisition acquisition = acquire(mutexes, key, lease, wait);
        assertThat(acquisition).isInstanceOf(Acquisition.Granted.class);
        return ((Acquisition.Granted) acquisition).hold();
    }

    static BackendHold granted(RedissonMutexes mutexes, LockKey key, Duration lease) throws InterruptedException {
        return granted(mutexes, key, lease, Duration.ZERO);
    }

    static void pause(Duration duration) {
        try {
            Thread.sleep(duration.toMillis());
        } catch (InterruptedException interrupt) {
            Thread.currentThread().interrupt();
        }
    }

    static Duration since(long nanos) {
        return Duration.ofNanos(System.nanoTime() - nanos);
    }
}
