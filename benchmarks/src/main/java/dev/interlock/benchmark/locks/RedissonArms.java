package dev.interlock.benchmark.locks;

import com.baomidou.lock.LockInfo;
import com.baomidou.lock.LockTemplate;
import com.baomidou.lock.executor.LockExecutor;
import com.baomidou.lock.executor.RedissonLockExecutor;
import com.baomidou.lock.spring.boot.autoconfigure.Lock4jProperties;
import dev.interlock.benchmark.contest.Arm;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.redisson.Redisson;
import org.redisson.api.RFencedLock;
import org.redisson.api.RLock;
import org.redisson.api.RedissonClient;
import org.redisson.config.Config;

/** Redisson's own locks, and lock4j on top of them; each arm with a client of its own. */
final class RedissonArms {

    private static final long LEASE_SECONDS = 30;
    private static final long WAIT_SECONDS = 60;

    private RedissonArms() {}

    /** The caller shuts it down. */
    static RedissonClient client(String url) {
        Config config = new Config();
        config.useSingleServer().setAddress(url);
        return Redisson.create(config);
    }

    static Arm lock(String url) {
        return arm(url, redisson -> (key, body) -> around(redisson.getLock("lock:" + key), body));
    }

    static Arm fairLock(String url) {
        return arm(url, redisson -> (key, body) -> around(redisson.getFairLock("fair:" + key), body));
    }

    static Arm fencedLock(String url) {
        return arm(url, redisson -> (key, body) -> {
            RFencedLock lock = redisson.getFencedLock("fenced:" + key);
            lock.lockAndGetToken(LEASE_SECONDS, TimeUnit.SECONDS);
            try {
                body.run();
            } finally {
                lock.unlock();
            }
        });
    }

    static Arm lock4j(String url) {
        return arm(url, redisson -> {
            LockTemplate locks = lock4j(redisson);
            return (key, body) -> {
                LockInfo lock = locks.lock(
                        "section:" + key,
                        TimeUnit.SECONDS.toMillis(LEASE_SECONDS),
                        TimeUnit.SECONDS.toMillis(WAIT_SECONDS),
                        RedissonLockExecutor.class);
                if (lock != null) {
                    try {
                        body.run();
                    } finally {
                        locks.releaseLock(lock);
                    }
                }
            };
        });
    }

    /** As lock4j's auto-configuration does it. */
    @SuppressWarnings("rawtypes")
    private static LockTemplate lock4j(RedissonClient redisson) {
        List<LockExecutor> executors = List.of(new RedissonLockExecutor(redisson));
        LockTemplate locks = new LockTemplate();
        locks.setProperties(new Lock4jProperties());
        locks.setExecutors(executors);
        try {
            locks.afterPropertiesSet();
        } catch (Exception failure) {
            throw new IllegalStateException("lock4j did not start", failure);
        }
        return locks;
    }

    private static Arm arm(String url, Function<RedissonClient, Arm> arm) {
        RedissonClient redisson = client(url);
        try {
            return Arm.closing(redisson::shutdown, arm.apply(redisson));
        } catch (RuntimeException | Error failure) {
            redisson.shutdown();
            throw failure;
        }
    }

    private static void around(RLock lock, Runnable body) {
        lock.lock(LEASE_SECONDS, TimeUnit.SECONDS);
        try {
            body.run();
        } finally {
            lock.unlock();
        }
    }
}
