package dev.interlock.redisson;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.redisson.Redisson;
import org.redisson.RedissonObject;
import org.redisson.RedissonShardedTopic;
import org.redisson.RedissonTopic;
import org.redisson.api.RTopic;
import org.redisson.api.RedissonClient;
import org.redisson.api.listener.MessageListener;
import org.redisson.client.codec.LongCodec;
import org.redisson.command.CommandAsyncExecutor;

/**
 * One waiter's subscription to the message that Redisson's unlock publishes, whoever unlocks. A message may be lost; the
 * waiter looks for itself now and then.
 *
 * <p><b>Concurrency.</b> Subscribing and unsubscribing are asynchronous. Closing is always followed by an unsubscription, as
 * soon as the subscription has succeeded or failed. A listener of our own is used, not Redisson's lock entry: that one gives
 * each message to one waiter of the process, so that we would take messages away from plain users of the lock.
 */
final class ReleaseMessages implements AutoCloseable {

    private static final String CHANNEL = "redisson_lock__channel";
    private static final long RETRY_NANOS = TimeUnit.SECONDS.toNanos(2);
    private static final int TRIES = 5;

    private static final long COUNT_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

    private final LeaseKeeper keeper;
    private final Semaphore wakeUps = new Semaphore(0);
    private final MessageListener<Long> listener = (channel, message) -> wakeUps.release();
    private final RTopic topic;
    private final CompletableFuture<Integer> subscription;

    ReleaseMessages(RedissonClient redisson, LeaseKeeper keeper, String lockName) {
        this.keeper = keeper;
        this.topic = topic(redisson, lockName);
        this.subscription = Answers.to(() -> topic.addListenerAsync(Long.class, listener));
        subscription.thenRun(wakeUps::release);
    }

    /** A subscription if somebody else has one, as far as Redis tells in time; {@code null} otherwise. */
    static @Nullable ReleaseMessages ifOthersListen(RedissonClient redisson, LeaseKeeper keeper, String lockName)
            throws InterruptedException {
        RTopic topic = topic(redisson, lockName);
        try {
            Long listeners = Answers.to(topic::countSubscribersAsync).get(COUNT_NANOS, TimeUnit.NANOSECONDS);
            return listeners != null && listeners > 0 ? new ReleaseMessages(redisson, keeper, lockName) : null;
        } catch (ExecutionException | TimeoutException unknown) {
            return null;
        }
    }

    /** Waits for a message, or until the time has passed. */
    void awaitRelease(long nanos) throws InterruptedException {
        long end = System.nanoTime() + nanos;
        boolean heard = await(nanos);
        if (heard && subscription.isDone()) {
            await(Math.max(0, end - System.nanoTime()));
        }
    }

    /**
     * Waits for a message, or for the beginning of the subscription: what was published before that was not heard.
     *
     * @return false if the time passed without
     */
    boolean await(long nanos) throws InterruptedException {
        boolean woken = wakeUps.tryAcquire(nanos, TimeUnit.NANOSECONDS);
        wakeUps.drainPermits();
        return woken;
    }

    @Override
    public void close() {
        subscription.whenComplete((ignored, failure) -> unsubscribe(TRIES));
    }

    /**
     * By id, which is what Redisson makes of a listener. Its removal by the listener itself fails for a channel that it no
     * longer knows, and then never lets go of the channel's semaphore.
     */
    private void unsubscribe(int tries) {
        Integer id = System.identityHashCode(listener);
        Answers.to(() -> topic.removeListenerAsync(id)).whenComplete((ignored, failure) -> {
            if (failure != null && tries > 1) {
                keeper.schedule(() -> unsubscribe(tries - 1), RETRY_NANOS);
            }
        });
    }

    /**
     * The channel as Redisson's lock names it. A name mapper must be applied to the lock's name, not to the channel's, and a
     * cluster that shards its channels gets the message by {@code SPUBLISH}; neither can be had through the public interface.
     */
    private static RTopic topic(RedissonClient client, String lockName) {
        if (!(client instanceof Redisson redisson)) {
            return client.getTopic(RedissonObject.prefixName(CHANNEL, lockName), LongCodec.INSTANCE);
        }
        CommandAsyncExecutor executor = redisson.getCommandExecutor();
        String mapped = executor.getServiceManager().getNameMapper().map(lockName);
        String channel = RedissonObject.prefixName(CHANNEL, mapped);
        return executor.getConnectionManager().getSubscribeService().isShardingSupported()
                ? RedissonShardedTopic.createRaw(LongCodec.INSTANCE, executor, channel)
                : RedissonTopic.createRaw(LongCodec.INSTANCE, executor, channel);
    }
}
