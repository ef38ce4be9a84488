package dev.interlock.redisson;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.redisson.api.RLock;
import org.redisson.api.RScript;
import org.redisson.api.RedissonClient;
import org.redisson.client.codec.StringCodec;

/**
 * One acquisition of a Redisson lock, with an owner id of its own: the commands, without any state of the lock.
 *
 * <p>The id is a random negative number. Redisson itself puts thread ids in its place, which are positive, so that plain
 * users of the same lock are never taken for the owner, nor one acquisition for another. A lease is always given, which
 * keeps Redisson's watchdog out.
 *
 * <p>Taking and freeing is Redisson's own script; renewing and keeping are scripts of ours that do nothing unless the lock
 * has this owner. They never create the lock, so one that arrives late does no harm.
 */
final class OwnedLock {

    /** Any wait below zero is "once"; a zero would wait after all if the wall clock were set back in between. */
    private static final long ONCE = -TimeUnit.DAYS.toMillis(1);

    private static final String RENEW = """
            if redis.call('hexists', KEYS[1], ARGV[1]) == 0 then return 0 end
            if tonumber(ARGV[2]) > 0 then redis.call('pexpire', KEYS[1], ARGV[2]) end
            return 1""";

    /** The owner's field gets another name: a renewal that is still under way then finds no owner to renew for. */
    private static final String KEEP = """
            local kept = ARGV[1] .. '%s'
            if redis.call('hexists', KEYS[1], kept) == 1 then return 1 end
            if redis.call('hexists', KEYS[1], ARGV[1]) == 0 then return 0 end
            redis.call('hset', KEYS[1], kept, 1)
            redis.call('hdel', KEYS[1], ARGV[1])
            redis.call('pexpire', KEYS[1], ARGV[2])
            return 1""".formatted(Holders.KEPT);

    private final RedissonClient redisson;
    private final RLock lock;
    private final String name;
    private final long id = ThreadLocalRandom.current().nextLong(Long.MIN_VALUE, 0);
    private final long leaseMillis;

    OwnedLock(RedissonClient redisson, RLock lock, String name, Duration lease) {
        this.redisson = redisson;
        this.lock = lock;
        this.name = name;
        this.leaseMillis = Math.max(1, lease.toMillis());
    }

    long leaseNanos() {
        return TimeUnit.MILLISECONDS.toNanos(leaseMillis);
    }

    /** Whether the lock was free and is now held by this owner. */
    CompletableFuture<Boolean> tryLock() {
        return Answers.to(() -> lock.tryLockAsync(ONCE, leaseMillis, TimeUnit.MILLISECONDS, id));
    }

    /** Whether this owner held the lock until now. */
    CompletableFuture<Boolean> unlock() {
        return Answers.to(() -> lock.unlockAsync(id)).handle(OwnedLock::unlocked);
    }

    /** Whether this owner holds the lock. */
    CompletableFuture<Boolean> isHeld() {
        return Answers.to(() -> lock.isHeldByThreadAsync(id));
    }

    /**
     * Whether this owner holds the lock.
     *
     * @param extend whether the lease begins anew if so
     */
    CompletableFuture<Boolean> renew(boolean extend) {
        return ask(RENEW, extend ? leaseMillis : 0);
    }

    /** Ends the ownership and leaves the lock taken for so long. Whether this owner held it until now. */
    CompletableFuture<Boolean> keep(Duration keep) {
        return ask(KEEP, Math.max(1, keep.toMillis()));
    }

    private CompletableFuture<Boolean> ask(String script, long millis) {
        return Answers.<Long>to(() -> redisson.getScript(StringCodec.INSTANCE)
                        .evalAsync(
                                name,
                                RScript.Mode.READ_WRITE,
                                script,
                                RScript.ReturnType.LONG,
                                List.of(name),
                                redisson.getId() + ":" + id,
                                String.valueOf(millis)))
                .thenApply(ours -> ours == 1);
    }

    private static Boolean unlocked(@Nullable Void ignored, @Nullable Throwable failure) {
        if (failure == null) {
            return true;
        }
        if (Answers.cause(failure) instanceof IllegalMonitorStateException) {
            return false;
        }
        throw new CompletionException(Answers.cause(failure));
    }
}
