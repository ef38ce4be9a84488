package dev.interlock.redisson;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.interlock.guard.Clock;
import dev.interlock.idempotency.IdempotencyStoreException;
import dev.interlock.idempotency.LeasedRecords;
import dev.interlock.idempotency.LeasedRecordsContract;
import dev.interlock.idempotency.RecordKey;
import dev.interlock.idempotency.Resolution;
import dev.interlock.idempotency.Sight;
import dev.interlock.idempotency.StoredOutcome;
import dev.interlock.testing.RedisServer;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.redisson.api.RedissonClient;
import org.redisson.config.NameMapper;

class RedissonLeasesTest extends LeasedRecordsContract {

    private static final RedisServer SERVER = RedisServer.start();
    private static final RedissonClient CLIENT = Clients.of(SERVER);
    private static final RedissonClient OTHER_CLIENT = Clients.of(SERVER);

    private final RedissonLeases records = new RedissonLeases(CLIENT, RedissonLeases.Settings.DEFAULT, Clock.SYSTEM);
    private final RedissonLeases other =
            new RedissonLeases(OTHER_CLIENT, RedissonLeases.Settings.DEFAULT, Clock.SYSTEM);

    @AfterAll
    static void close() {
        CLIENT.shutdown();
        OTHER_CLIENT.shutdown();
        SERVER.close();
    }

    @Override
    protected LeasedRecords records() {
        return records;
    }

    @Override
    protected LeasedRecords otherProcess() {
        return other;
    }

    private static String name(RecordKey key) {
        return "interlock:idempotency:{" + key.hex() + "}";
    }

    private static long life(RecordKey key) {
        return (Long) SERVER.command("PTTL", name(key));
    }

    private static boolean isListed(LeasedRecords.Request request) {
        return SERVER.command("ZSCORE", HeldIndex.KEY, HeldIndex.member(request)) != null;
    }

    /** The limit of this store, and the difference to Postgres. */
    @Test
    void whatRedisLosesMayBeClaimedAgain() {
        RecordKey held = newKey();
        RecordKey completed = newKey();
        records.abandon(granted(records, toHold(held, LONG)));
        records.complete(granted(records, toHold(completed, LONG)), OUTCOME);
        LeasedRecords.Lease lease = granted(records, toHold(key, LONG));
        SERVER.flush();
        for (RecordKey lost : List.of(key, held, completed)) {
            assertThat(granted(other, toHold(lost, LONG)).fence()).isEqualTo(1);
        }
        assertThat(records.renew(List.of(lease))).containsExactly(lease);
        assertThat(records.complete(lease, OUTCOME)).isFalse();
        assertThat(other.find(key)).isEqualTo(Sight.IN_FLIGHT);
    }

    @Test
    void onlyWhatMayBeHeldLivesOnByItself() {
        Duration life = LONG.plus(TTL);
        LeasedRecords.Lease retried = granted(records, toRetry(key, LONG));
        assertThat(life(key)).isBetween(life.minusMinutes(2).toMillis(), life.toMillis());
        SERVER.command("PEXPIRE", name(key), "60000");
        records.renew(List.of(retried));
        assertThat(life(key)).isBetween(life.minusMinutes(2).toMillis(), life.toMillis());
        records.complete(retried, OUTCOME);
        assertThat(life(key)).isBetween(TTL.minusMinutes(2).toMillis(), TTL.toMillis());

        RecordKey held = newKey();
        LeasedRecords.Lease holding = granted(records, toHold(held, LONG));
        assertThat(life(held)).isEqualTo(-1);
        records.renew(List.of(holding));
        assertThat(life(held)).isEqualTo(-1);
        records.abandon(holding);
        assertThat(life(held)).isEqualTo(-1);
        records.resolve(held.hex(), new Resolution.Complete(OUTCOME, TTL));
        assertThat(life(held)).isBetween(TTL.minusMinutes(2).toMillis(), TTL.toMillis());
    }

    @Test
    void whatIsHeldAfterATakeoverLivesOnAndIsListed() {
        records.abandon(granted(records, toRetry(key, LONG)));
        LeasedRecords.Request request = toHold(key, LONG);
        assertThat(granted(other, request).fence()).isEqualTo(2);
        assertThat(life(key)).isEqualTo(-1);
        assertThat(isListed(request)).isTrue();
    }

    @Test
    void nothingIsLeftInRedisOfCallsThatEndedAndOutcomesThatExpired() {
        SERVER.flush();
        for (boolean hold : List.of(false, true)) {
            records.release(granted(records, request(newKey(), PRINT, LONG, TTL, hold)));
            records.complete(granted(records, request(newKey(), PRINT, LONG, SHORT, hold)), OUTCOME);
        }
        RecordKey held = newKey();
        records.abandon(granted(records, toHold(held, LONG)));
        records.resolve(held.hex(), new Resolution.Repeat());
        granted(records, request(key, PRINT, SHORT, SHORT, false));
        await().atMost(SOON).untilAsserted(() -> assertThat(SERVER.keys("*")).isEmpty());
    }

    /** As Redisson does where the first answer is lost. */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aRepeatedCommandOfTheSameOwnerIsToldTheSame(boolean hold) {
        LeasedRecords.Request request = request(key, PRINT, LONG, TTL, hold);
        LeasedRecords.Lease lease = granted(records, request);
        assertThat(SERVER.command("HGET", name(key), "fence")).isEqualTo("1");
        assertThat(again(request)).isEqualTo("1");
        assertThat(again(request)).isEqualTo("1");
        assertThat(records.complete(lease, OUTCOME)).isTrue();
        assertThat(records.complete(lease, OUTCOME)).isTrue();
    }

    private static String again(LeasedRecords.Request request) {
        List<?> reply = new Commands(CLIENT, SHORT)
                .send(
                        LeaseScripts.CLAIM,
                        List.of(name(request.key()), Withdrawals.note(request)),
                        request.owner(),
                        request.fingerprint(),
                        request.key().name(),
                        request.hold() ? 1 : 0,
                        request.lease().toMillis() * 1000,
                        request.ttl().toMillis())
                .join();
        return new String((byte[]) reply.get(1));
    }

    @Test
    void aWithdrawnClaimIsNotMadeAfterwards() {
        LeasedRecords.Request request = toHold(key, LONG);
        Withdrawals withdrawals = new Withdrawals(new Commands(CLIENT, SHORT));
        withdrawals.withdraw(request).join();
        assertThat(withdrawals.size()).isZero();
        assertThatThrownBy(() -> records.claim(request)).isInstanceOf(IdempotencyStoreException.class);
        assertThat(SERVER.command("EXISTS", name(key))).isEqualTo(0L);
        granted(records, toHold(key, LONG));
    }

    @Test
    void aWithdrawalTakesBackItsOwnClaimOnly() {
        LeasedRecords.Request request = toHold(key, LONG);
        Withdrawals withdrawals = new Withdrawals(new Commands(CLIENT, SHORT));
        granted(records, request);
        withdrawals.withdraw(toHold(key, LONG)).join();
        assertThat(records.find(key)).isEqualTo(Sight.IN_FLIGHT);
        withdrawals.withdraw(request).join();
        assertThat(records.find(key)).isEqualTo(Sight.FREE);
    }

    @Test
    void membersOfTheIndexWithoutAClaimGoWhenTheyAreOld() {
        LeasedRecords.Request fresh = toHold(newKey(), LONG);
        LeasedRecords.Request stale = toHold(newKey(), LONG);
        LeasedRecords.Request held = toHold(key, LONG);
        records.abandon(granted(records, held));
        SERVER.command("ZADD", HeldIndex.KEY, String.valueOf(micros()), HeldIndex.member(fresh));
        SERVER.command("ZADD", HeldIndex.KEY, "1000000", HeldIndex.member(stale));
        SERVER.command("ZADD", HeldIndex.KEY, "1000000", HeldIndex.member(held));
        SERVER.command("ZADD", HeldIndex.KEY, "1000000", HeldIndex.member(key.hex(), "4711"));
        assertThat(heldOf(List.of(key))).hasSize(1);
        await().atMost(SOON).until(() -> !isListed(stale));
        assertThat(SERVER.command("ZSCORE", HeldIndex.KEY, HeldIndex.member(key.hex(), "4711")))
                .isNull();
        assertThat(isListed(fresh)).isTrue();
        assertThat(isListed(held)).isTrue();
        assertThat(heldOf(List.of(key))).hasSize(1);
    }

    private static long micros() {
        List<?> time = (List<?>) SERVER.command("TIME");
        return Long.parseLong(time.get(0).toString()) * 1_000_000;
    }

    @Test
    void aHeldRecordThatTheIndexHasLostIsListedOnceSomebodyMeetsIt() {
        records.abandon(granted(records, toHold(key, LONG)));
        SERVER.command("DEL", HeldIndex.KEY);
        assertThat(heldOf(List.of(key))).isEmpty();
        assertThat(refused(other, toHold(key, LONG))).isEqualTo(Sight.HELD);
        await().atMost(SOON).until(() -> heldOf(List.of(key)).size() == 1);
        assertThat(records.resolve(key.hex(), new Resolution.Repeat())).isTrue();
        await().atMost(SOON).until(() -> heldOf(List.of(key)).isEmpty());
    }

    @Test
    void thousandsOfHeldRecordsAreListed() {
        SERVER.flush();
        int all = 1_001;
        for (int i = 0; i < all; i++) {
            LeasedRecords.Lease lease = granted(records, toHold(newKey(), LONG));
            if (i % 2 == 0) {
                records.abandon(lease);
            }
        }
        assertThat(other.held(10_000)).hasSize(501);
        assertThat(other.held(450)).isEqualTo(other.held(10_000).subList(0, 450));
        SERVER.flush();
    }

    @Test
    void aMapperOfNamesIsRespected() {
        RedissonClient client = Clients.of(SERVER, new NameMapper() {
            @Override
            public String map(String name) {
                return "app:" + name;
            }

            @Override
            public String unmap(String name) {
                return name.substring(4);
            }
        });
        try {
            RedissonLeases mapped = new RedissonLeases(client, RedissonLeases.Settings.DEFAULT, Clock.SYSTEM);
            records.release(granted(mapped, toHold(key, LONG)));
            assertThat(mapped.find(key)).isEqualTo(Sight.IN_FLIGHT);
            assertThat(SERVER.keys("app:" + name(key).replace("{", "\\{"))).hasSize(1);
        } finally {
            client.shutdown();
        }
    }

    @Test
    void aRecordOfALaterVersionIsNoOutcomeAndNotFree() {
        SERVER.command("HSET", name(key), "state", "paused", "owner", "1");
        assertThatThrownBy(() -> records.find(key))
                .isInstanceOf(IdempotencyStoreException.class)
                .hasMessageContaining("does not understand");
        assertThatThrownBy(() -> records.claim(toRetry(key, LONG))).isInstanceOf(IdempotencyStoreException.class);
        assertThatThrownBy(() -> records.claim(toHold(key, LONG))).isInstanceOf(IdempotencyStoreException.class);
        SERVER.command(
                "HSET", name(key), "state", "done", "kind", "GUESSED", "format", "9", "body", "", "fingerprint", "");
        assertThat(records.find(key))
                .isInstanceOfSatisfying(
                        Sight.Done.class,
                        done -> assertThat(done.completed().outcome().kind()).isEqualTo(StoredOutcome.Kind.UNREADABLE));
    }

    @Test
    void aCommandThatRedisRefusesSaysWhyAndShowsNoKey() {
        SERVER.command("SET", name(key), "not a hash");
        assertThatThrownBy(() -> records.claim(toRetry(key, LONG)))
                .isInstanceOf(IdempotencyStoreException.class)
                .hasMessageContaining("The claim of 'charge'")
                .hasMessageContaining("WRONGTYPE")
                .hasMessageNotContaining(key.hex());
        SERVER.command("DEL", name(key));
        await().atMost(SOON).until(() -> records.withdrawn() == 0);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aCallerThatWasInterruptedBeforeClaimsNothing(boolean hold) {
        LeasedRecords.Request request = request(key, PRINT, LONG, TTL, hold);
        Thread.currentThread().interrupt();
        try {
            assertThatThrownBy(() -> records.claim(request))
                    .isInstanceOf(IdempotencyStoreException.class)
                    .hasMessageContaining("was interrupted");
        } finally {
            assertThat(Thread.interrupted()).isTrue();
        }
        assertThat(records.withdrawn()).isZero();
        assertThat(isListed(request)).isFalse();
        assertThat(records.find(key)).isEqualTo(Sight.FREE);
    }

    @Test
    void anInterruptDoesNotLoseTheOutcomeOfACall() {
        LeasedRecords.Lease completed = granted(records, toHold(key, LONG));
        LeasedRecords.Lease abandoned = granted(records, toHold(newKey(), LONG));
        LeasedRecords.Lease released = granted(records, toHold(newKey(), LONG));
        Thread.currentThread().interrupt();
        assertThat(records.complete(completed, OUTCOME)).isTrue();
        assertThat(records.abandon(abandoned)).isTrue();
        assertThat(records.release(released)).isTrue();
        assertThat(Thread.interrupted()).isTrue();
        assertThat(other.find(key)).isInstanceOf(Sight.Done.class);
        assertThat(other.find(abandoned.key())).isEqualTo(Sight.HELD);
        assertThat(other.find(released.key())).isEqualTo(Sight.FREE);
    }

    @Test
    void theCallTimeoutHasBounds() {
        for (Duration wrong : List.of(Duration.ZERO, Duration.ofMillis(-1), Duration.ofDays(2))) {
            assertThatThrownBy(() -> new RedissonLeases.Settings(wrong)).isInstanceOf(IllegalArgumentException.class);
        }
    }
}
