package dev.interlock.redisson;

import static dev.interlock.redisson.Attempts.LEASE;
import static dev.interlock.redisson.Attempts.acquire;
import static dev.interlock.redisson.Attempts.granted;
import static dev.interlock.redisson.Attempts.newKey;
import static dev.interlock.redisson.Attempts.pause;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.interlock.key.LockKey;
import dev.interlock.lock.BackendHold;
import dev.interlock.lock.BackendHold.State;
import dev.interlock.lock.LockBackend.Acquisition;
import dev.interlock.test.Race;
import dev.interlock.test.RaceResult;
import dev.interlock.testing.RedisServer;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.redisson.api.RLock;
import org.redisson.api.RedissonClient;

class RedisInterruptsTest {

    private static final int CALLERS = 10;
    private static final int ROUNDS = 200;
    private static final Duration SOON = Duration.ofSeconds(15);

    private final RedisServer server = RedisServer.start();
    private final RedissonClient client = Clients.of(server);
    private final RedissonMutexes mutexes = new RedissonMutexes(client, null, RedissonMutexes.Settings.DEFAULT);

    @AfterEach
    void close() {
        mutexes.destroy();
        client.shutdown();
        server.close();
    }

    /** The lease outlasts the checks, so that what is gone was given back and did not just expire. */
    @Test
    void twoThousandWaitsWithRandomInterruptsLeaveNothing() throws Exception {
        List<LockKey> keys = List.of(newKey(), newKey(), newKey());
        AtomicInteger interrupted = new AtomicInteger();
        AtomicInteger served = new AtomicInteger();
        RaceResult<Void> race = Race.callers(CALLERS).runAll(caller -> {
            for (int i = 0; i < ROUNDS; i++) {
                LockKey key = keys.get(i % keys.size());
                withInterrupt(() -> {
                    try {
                        if (acquire(mutexes, key, LEASE, SOON) instanceof Acquisition.Granted granted) {
                            served.incrementAndGet();
                            pause(Duration.ofMillis(ThreadLocalRandom.current().nextInt(4)));
                            assertThat(granted.hold().release(Duration.ZERO).join())
                                    .isEqualTo(State.HELD);
                        }
                    } catch (InterruptedException expected) {
                        interrupted.incrementAndGet();
                    }
                });
            }
        });
        race.requireNoFailure();
        assertThat(interrupted).hasValueGreaterThan(CALLERS * ROUNDS / 10);
        assertThat(served).hasValueGreaterThan(0);
        await().atMost(SOON).untilAsserted(() -> {
            assertThat(server.keys("interlock:*")).isEmpty();
            assertThat(server.channels("*")).isEmpty();
            assertThat(mutexes.held()).isZero();
            assertThat(mutexes.abandoned()).isZero();
        });
        assertThat(threads("interlock-redis")).isEqualTo(1);
        for (LockKey key : keys) {
            granted(mutexes, key, LEASE).release(Duration.ZERO).join();
        }
    }

    @Test
    void controlArmWithPlainInterruptibleLocksLeavesRenewedLocks() throws Exception {
        AtomicInteger number = new AtomicInteger();
        Race.callers(CALLERS).runAll(caller -> {
            for (int i = 0; i < ROUNDS * 5; i++) {
                RLock lock = client.getLock("plain:" + number.incrementAndGet());
                withInterrupt(() -> {
                    try {
                        lock.lockInterruptibly();
                        lock.unlock();
                    } catch (InterruptedException expected) {
                        // What it may have left is counted below.
                    }
                });
            }
        });
        pause(Duration.ofSeconds(1));
        assertThat(server.keys("plain:*")).isNotEmpty();
    }

    @Test
    void aCallerThatWasInterruptedBeforeSendsNothing() throws Exception {
        LockKey key = newKey();
        Thread.currentThread().interrupt();
        try {
            acquire(mutexes, key, LEASE, SOON);
            throw new AssertionError("not interrupted");
        } catch (InterruptedException expected) {
            assertThat(server.keys("interlock:*")).isEmpty();
            assertThat(mutexes.abandoned()).isZero();
        }
        BackendHold hold = granted(mutexes, key, LEASE);
        hold.release(Duration.ZERO).join();
    }

    /** The interrupt arrives within a few milliseconds, and never after the action has returned. */
    private static void withInterrupt(Runnable action) {
        Thread me = Thread.currentThread();
        long micros = ThreadLocalRandom.current().nextInt(6_000);
        Thread interrupter = new Thread(() -> {
            pause(Duration.ofNanos(micros * 1_000));
            me.interrupt();
        });
        interrupter.start();
        try {
            action.run();
        } finally {
            joinUninterruptibly(interrupter);
            Thread.interrupted();
        }
    }

    private static void joinUninterruptibly(Thread thread) {
        while (true) {
            try {
                thread.join();
                return;
            } catch (InterruptedException again) {
                Thread.interrupted();
            }
        }
    }

    private static long threads(String prefix) {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().startsWith(prefix))
                .count();
    }
}
