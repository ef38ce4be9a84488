package dev.interlock.redisson;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.interlock.guard.Clock;
import dev.interlock.idempotency.IdempotencyStoreException;
import dev.interlock.idempotency.LeasedRecords.Claim;
import dev.interlock.idempotency.LeasedRecords.Lease;
import dev.interlock.idempotency.LeasedRecords.Request;
import dev.interlock.idempotency.RecordKey;
import dev.interlock.idempotency.Sight;
import dev.interlock.idempotency.StoredOutcome;
import dev.interlock.key.KeyNamespace;
import dev.interlock.test.Race;
import dev.interlock.test.RaceResult;
import dev.interlock.testing.RedisServer;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.redisson.api.RedissonClient;

/** Leases in a Redis that freezes or dies: callers hear of it in time, and no claim is left that nobody wants. */
class RedisLeasesFaultTest {

    private static final Duration CALL_TIMEOUT = Duration.ofMillis(500);
    private static final Duration LEASE = Duration.ofMinutes(5);
    private static final Duration SOON = Duration.ofSeconds(60);
    private static final StoredOutcome OUTCOME =
            new StoredOutcome(1, StoredOutcome.Kind.RETURNED, null, new byte[] {'1'});

    private final RedisServer server = RedisServer.start();
    private final RedissonClient client = Clients.of(server);
    private final RedissonLeases records =
            new RedissonLeases(client, new RedissonLeases.Settings(CALL_TIMEOUT), Clock.SYSTEM);

    @AfterEach
    void close() {
        server.thaw();
        client.shutdown();
        server.close();
    }

    private static Request request(boolean hold) {
        RecordKey key = RecordKey.shared(
                new KeyNamespace("faults").key("charge", UUID.randomUUID().toString()));
        return new Request(
                key, new byte[] {1}, ThreadLocalRandom.current().nextLong(), LEASE, Duration.ofHours(1), hold);
    }

    private Lease granted(Request request) {
        return ((Claim.Granted) records.claim(request)).lease();
    }

    @Test
    void aFrozenServerDelaysNobodyLongerThanTheCallTimeout() {
        Lease lease = granted(request(true));
        server.freeze();
        List<Consumer<RedissonLeases>> calls = List.of(
                store -> store.claim(request(false)),
                store -> store.claim(request(true)),
                store -> store.find(lease.key()),
                store -> store.renew(List.of(lease)),
                store -> store.complete(lease, OUTCOME),
                store -> store.release(lease),
                store -> store.abandon(lease),
                store -> store.held(10));
        for (Consumer<RedissonLeases> call : calls) {
            long start = System.nanoTime();
            assertThatThrownBy(() -> call.accept(records))
                    .isInstanceOf(IdempotencyStoreException.class)
                    .hasMessageContaining("did not answer within 500ms");
            assertThat(Duration.ofNanos(System.nanoTime() - start))
                    .isBetween(CALL_TIMEOUT, CALL_TIMEOUT.plusSeconds(10));
        }
        server.thaw();
    }

    /** The claims lie in the sockets of the frozen server, which executes them when it wakes up. */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void claimsWhoseAnswerWasLostAreTakenBack(boolean hold) throws Exception {
        granted(request(hold));
        List<Request> requests = Stream.generate(() -> request(hold)).limit(32).toList();
        CompletableFuture<Void> freeze =
                CompletableFuture.runAsync(server::freeze, CompletableFuture.delayedExecutor(5, TimeUnit.MILLISECONDS));
        RaceResult<Void> race = Race.callers(requests.size()).runAll(caller -> {
            Request mine = requests.get(caller.number());
            while (records.claim(mine) instanceof Claim.Granted granted) {
                records.release(granted.lease());
            }
        });
        freeze.join();
        assertThat(race.failures()).hasSize(32).allMatch(IdempotencyStoreException.class::isInstance);
        server.thaw();
        await().atMost(SOON).untilAsserted(() -> assertThat(records.withdrawn()).isZero());
        for (Request request : requests) {
            // A release without an answer may have been executed or not, its owner is the same; so ask for what is
            // there.
            assertThat(records.find(request.key())).isEqualTo(Sight.FREE);
        }
        assertThat(records.held(100)).isEmpty();
    }

    @Test
    void aDeadServerIsToldInTimeAndUsedAgainWhenItIsBack() {
        Lease lost = granted(request(true));
        server.kill();
        assertThatThrownBy(() -> records.claim(request(true))).isInstanceOf(IdempotencyStoreException.class);
        assertThatThrownBy(() -> records.find(lost.key()))
                .isInstanceOf(IdempotencyStoreException.class)
                .hasMessageNotContaining(lost.key().hex());
        server.restart();
        await().atMost(SOON)
                .ignoreExceptionsInstanceOf(IdempotencyStoreException.class)
                .until(() -> records.find(lost.key()) instanceof Sight.Free);
        assertThat(records.renew(List.of(lost))).containsExactly(lost);
        assertThat(granted(request(true)).fence()).isEqualTo(1);
        await().atMost(SOON).untilAsserted(() -> assertThat(records.withdrawn()).isZero());
    }

    @Test
    void anInterruptedWaitForTheAnswerEndsAtOnceAndItsClaimIsTakenBack() throws Exception {
        Request request = request(false);
        RedissonLeases patient =
                new RedissonLeases(client, new RedissonLeases.Settings(Duration.ofMinutes(5)), Clock.SYSTEM);
        granted(request(false));
        server.freeze();
        CompletableFuture<Boolean> flag = new CompletableFuture<>();
        Thread caller = new Thread(() -> {
            try {
                patient.claim(request);
                flag.completeExceptionally(new AssertionError("claimed"));
            } catch (IdempotencyStoreException expected) {
                flag.complete(Thread.currentThread().isInterrupted());
            }
        });
        caller.start();
        await().until(() -> caller.getState() == Thread.State.TIMED_WAITING);
        caller.interrupt();
        assertThat(flag.get(10, TimeUnit.SECONDS)).isTrue();
        server.thaw();
        await().atMost(SOON).until(() -> patient.withdrawn() == 0);
        assertThat(patient.find(request.key())).isEqualTo(Sight.FREE);
        caller.join();
    }
}
