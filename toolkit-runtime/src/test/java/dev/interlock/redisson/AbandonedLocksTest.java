package dev.interlock.redisson;

import static dev.interlock.redisson.Attempts.LEASE;
import static dev.interlock.redisson.Attempts.pause;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.interlock.testing.RedisServer;
import java.time.Duration;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.redisson.api.RedissonClient;

class AbandonedLocksTest {

    private static final RedisServer SERVER = RedisServer.start();
    private static final RedissonClient CLIENT = Clients.of(SERVER);
    private static final Duration SOON = Duration.ofSeconds(10);

    private final String name = "interlock:{abandoned:" + UUID.randomUUID() + "}";
    private final LeaseKeeper keeper = new LeaseKeeper();
    private final AbandonedLocks abandoned = new AbandonedLocks(keeper, Long.MAX_VALUE);

    @AfterEach
    void stop() {
        keeper.stop();
        SERVER.flush();
    }

    @AfterAll
    static void close() {
        CLIENT.shutdown();
        SERVER.close();
    }

    @Test
    void aRequestThatWasExecutedTwiceIsUndoneTwice() {
        OwnedLock lock = lock(LEASE);
        lock.tryLock().join();
        lock.tryLock().join();
        assertThat(lock.unlock().join()).isTrue();
        assertThat(lock.isHeld().join()).isTrue();
        abandoned.watch(lock);
        await().atMost(SOON).until(() -> !isThere());
    }

    @Test
    void aGrantThatComesAfterTheFirstLooksIsFoundToo() {
        OwnedLock lock = lock(Duration.ofSeconds(4));
        CompletableFuture<Boolean> unanswered = new CompletableFuture<>();
        abandoned.afterAttempt(lock, unanswered, System.nanoTime());
        pause(Duration.ofSeconds(1));
        unanswered.completeExceptionally(new IllegalStateException("no answer"));
        pause(Duration.ofMillis(500));
        lock.tryLock().join();
        await().atMost(Duration.ofSeconds(3)).until(() -> !isThere());
        await().atMost(SOON).until(() -> abandoned.size() == 0);
    }

    @Test
    void aPromptRefusalLeavesNothingToDo() {
        OwnedLock holder = lock(LEASE);
        holder.tryLock().join();
        OwnedLock refused = lock(LEASE);
        abandoned.afterAttempt(refused, refused.tryLock(), System.nanoTime());
        await().atMost(SOON).until(() -> abandoned.size() == 0);
        assertThat(holder.isHeld().join()).isTrue();
    }

    @Test
    void aPromptGrantIsGivenBackOnce() {
        OwnedLock lock = lock(LEASE);
        abandoned.afterAttempt(lock, lock.tryLock(), System.nanoTime());
        await().atMost(SOON).until(() -> !isThere() && abandoned.size() == 0);
    }

    @Test
    void theLockOfAnotherIsLeftAlone() {
        OwnedLock gone = lock(LEASE);
        OwnedLock holder = lock(LEASE);
        holder.tryLock().join();
        abandoned.watch(gone);
        await().atMost(SOON).until(() -> abandoned.unconfirmed() == 0);
        pause(Duration.ofSeconds(1));
        assertThat(holder.isHeld().join()).isTrue();
    }

    @Test
    void noMoreAreRememberedThanTheMost() {
        for (int i = 0; i < AbandonedLocks.MOST + 100; i++) {
            abandoned.afterAttempt(lock(LEASE), new CompletableFuture<>(), System.nanoTime());
        }
        assertThat(abandoned.size()).isEqualTo(AbandonedLocks.MOST);
    }

    private OwnedLock lock(Duration lease) {
        return new OwnedLock(CLIENT, CLIENT.getLock(name), name, lease);
    }

    private boolean isThere() {
        return !SERVER.keys(name).isEmpty();
    }
}
