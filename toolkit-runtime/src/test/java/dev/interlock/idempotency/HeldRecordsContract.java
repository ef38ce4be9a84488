package dev.interlock.idempotency;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.interlock.idempotency.LeasedRecords.Claim;
import dev.interlock.idempotency.LeasedRecords.Lease;
import dev.interlock.idempotency.LeasedRecords.Request;
import dev.interlock.idempotency.StoredOutcome.Kind;
import dev.interlock.key.KeyNamespace;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What becomes of leased calls whose outcome is unknown, and what the tests of all stores have in common. */
public abstract class HeldRecordsContract {

    protected static final Duration SHORT = Duration.ofSeconds(1);
    protected static final Duration LONG = Duration.ofMinutes(5);
    protected static final Duration TTL = Duration.ofHours(1);
    protected static final Duration SOON = Duration.ofSeconds(20);
    protected static final byte[] PRINT = {1, 0, -1};
    protected static final byte[] OTHER_PRINT = {1, 0, -2};
    protected static final byte[] NO_PRINT = {};
    protected static final StoredOutcome OUTCOME = new StoredOutcome(1, Kind.RETURNED, null, new byte[] {'{', '}'});

    protected static final KeyNamespace NAMESPACE = new KeyNamespace("leased-records-contract");
    private static final int ALL = 10_000;
    private static final int LARGE = 256 * 1024;

    protected final RecordKey key = newKey();

    /** The store under test, the same at each call. */
    protected abstract LeasedRecords records();

    /** The store as another process sees it, or the same one if there can be no other. */
    protected abstract LeasedRecords otherProcess();

    protected static RecordKey newKey() {
        return RecordKey.shared(NAMESPACE.key("charge", UUID.randomUUID().toString()));
    }

    protected static Request request(RecordKey key, byte[] print, Duration lease, Duration ttl, boolean hold) {
        return new Request(key, print, ThreadLocalRandom.current().nextLong(), lease, ttl, hold);
    }

    protected static Request toRetry(RecordKey key, Duration lease) {
        return request(key, PRINT, lease, TTL, false);
    }

    protected static Request toHold(RecordKey key, Duration lease) {
        return request(key, PRINT, lease, TTL, true);
    }

    protected static Lease granted(LeasedRecords records, Request request) {
        Claim claim = records.claim(request);
        assertThat(claim).isInstanceOf(Claim.Granted.class);
        return ((Claim.Granted) claim).lease();
    }

    protected static Sight refused(LeasedRecords records, Request request) {
        Claim claim = records.claim(request);
        assertThat(claim).isInstanceOf(Claim.Refused.class);
        return ((Claim.Refused) claim).sight();
    }

    protected void awaitSight(RecordKey of, Sight sight) {
        await().atMost(SOON).until(() -> records().find(of).equals(sight));
    }

    protected static Completed done(Sight sight) {
        assertThat(sight).isInstanceOf(Sight.Done.class);
        return ((Sight.Done) sight).completed();
    }

    protected static void assertSame(StoredOutcome stored, StoredOutcome given) {
        assertThat(stored).usingRecursiveComparison().isEqualTo(given);
    }

    @Test
    void nobodyTakesOverWhatIsHeld() {
        granted(records(), toHold(key, SHORT));
        awaitSight(key, Sight.HELD);
        assertThat(refused(otherProcess(), toHold(key, LONG))).isEqualTo(Sight.HELD);
        assertThat(refused(otherProcess(), toRetry(key, LONG))).isEqualTo(Sight.HELD);
        assertThat(refused(otherProcess(), request(key, NO_PRINT, LONG, TTL, false)))
                .isEqualTo(Sight.HELD);
    }

    static Stream<StoredOutcome> outcomes() {
        byte[] large = new byte[LARGE];
        new Random(7).nextBytes(large);
        return Stream.of(
                new StoredOutcome(1, Kind.RETURNED, null, "{\"amount\":\"10 €\"}".getBytes()),
                new StoredOutcome(1, Kind.RETURNED, null, new byte[0]),
                new StoredOutcome(1, Kind.RETURNED, null, large),
                new StoredOutcome(7, Kind.RETURNED, null, new byte[] {0, -1, '\r', '\n', 0}),
                new StoredOutcome(1, Kind.THROWN, "com.example.Declined", "\"no\"".getBytes()),
                new StoredOutcome(1, Kind.THROWN, "com.example.Ünnötig", new byte[0]),
                new StoredOutcome(1, Kind.NOT_STORED, null, new byte[0]),
                new StoredOutcome(1, Kind.UNSTORABLE, null, new byte[0]));
    }

    protected static Duration remaining(Completed found) {
        return Duration.ofNanos(found.expiresNanos() - System.nanoTime());
    }

    @Test
    void anAbandonedCallIsHeldAtOnce() {
        Lease lease = granted(records(), toHold(key, LONG));
        assertThat(records().abandon(lease)).isTrue();
        assertThat(otherProcess().find(key)).isEqualTo(Sight.HELD);
        assertThat(refused(otherProcess(), toHold(key, LONG))).isEqualTo(Sight.HELD);
        assertThat(heldOf(List.of(key))).hasSize(1);
    }

    @Test
    void heldRecordsAreListedOldestFirst() {
        Instant before = Instant.now().minusSeconds(1);
        List<RecordKey> keys = new ArrayList<>();
        List<Lease> leases = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            keys.add(newKey());
            leases.add(granted(i % 2 == 0 ? records() : otherProcess(), toHold(keys.get(i), LONG)));
            assertThat(heldOf(keys)).isEmpty();
        }
        List.of(2, 0, 3, 1).forEach(i -> records().abandon(leases.get(i)));
        List<HeldRecord> held = heldOf(keys);
        assertThat(held)
                .extracting(HeldRecord::id)
                .containsExactlyElementsOf(keys.stream().map(RecordKey::hex).toList());
        assertThat(held).allSatisfy(record -> {
            assertThat(record.name()).isEqualTo("charge");
            assertThat(record.claimedAt())
                    .isBetween(before, Instant.now().plusSeconds(1))
                    .isBeforeOrEqualTo(record.leaseEndedAt());
            assertThat(record.leaseEndedAt()).isBefore(Instant.now().plusSeconds(1));
        });
        await().atMost(SOON)
                .untilAsserted(() -> assertThat(ids(otherProcess().held(2)))
                        .hasSize(2)
                        .isEqualTo(ids(otherProcess().held(ALL)).subList(0, 2)));
    }

    private static List<String> ids(List<HeldRecord> held) {
        return held.stream().map(HeldRecord::id).toList();
    }

    @Test
    void neitherCallsInFlightNorThoseThatMayBeRepeatedAreListed() {
        RecordKey expired = newKey();
        RecordKey completed = newKey();
        RecordKey running = newKey();
        granted(records(), toRetry(expired, SHORT));
        records().complete(granted(records(), toHold(completed, LONG)), OUTCOME);
        granted(records(), toHold(running, LONG));
        awaitSight(expired, Sight.FREE);
        assertThat(heldOf(List.of(expired, completed, running))).isEmpty();
    }

    /** Those that are held of these, as another process lists them. */
    protected final List<HeldRecord> heldOf(List<RecordKey> keys) {
        List<String> ids = keys.stream().map(RecordKey::hex).toList();
        return otherProcess().held(ALL).stream()
                .filter(record -> ids.contains(record.id()))
                .toList();
    }

    @Test
    void aHeldCallWithoutEffectMayBeRepeated() {
        Lease gone = granted(records(), toHold(key, LONG));
        records().abandon(gone);
        assertThat(otherProcess().resolve(key.hex(), new Resolution.Repeat())).isTrue();
        assertThat(otherProcess().resolve(key.hex(), new Resolution.Repeat())).isFalse();
        assertThat(records().find(key)).isEqualTo(Sight.FREE);
        assertThat(heldOf(List.of(key))).isEmpty();
        assertThat(records().complete(gone, OUTCOME)).isFalse();
        granted(records(), toHold(key, LONG));
    }

    @ParameterizedTest
    @MethodSource("outcomes")
    void aHeldCallMayBeGivenItsOutcome(StoredOutcome outcome) {
        Lease gone = granted(records(), toHold(key, LONG));
        records().abandon(gone);
        assertThat(otherProcess().resolve(key.hex(), new Resolution.Complete(outcome, TTL)))
                .isTrue();
        Completed found = done(records().find(key));
        assertThat(remaining(found)).isBetween(TTL.minusMinutes(2), TTL);
        assertSame(found.outcome(), outcome);
        assertThat(found.fingerprint()).isEqualTo(PRINT);
        assertThat(heldOf(List.of(key))).isEmpty();
        assertThat(otherProcess().resolve(key.hex(), new Resolution.Complete(OUTCOME, TTL)))
                .isFalse();
        assertThat(otherProcess().resolve(key.hex(), new Resolution.Repeat())).isFalse();
        assertThat(records().complete(gone, new StoredOutcome(1, Kind.NOT_STORED, null, new byte[0])))
                .isFalse();
        assertSame(done(records().find(key)).outcome(), outcome);
    }

    @Test
    void theOutcomeOfAResolutionExpires() {
        records().abandon(granted(records(), toHold(key, LONG)));
        assertThat(records().resolve(key.hex(), new Resolution.Complete(OUTCOME, SHORT)))
                .isTrue();
        awaitSight(key, Sight.FREE);
        granted(otherProcess(), request(key, OTHER_PRINT, LONG, TTL, true));
    }

    @Test
    void onlyWhatIsHeldIsResolved() {
        List<Resolution> resolutions = List.of(new Resolution.Repeat(), new Resolution.Complete(OUTCOME, TTL));
        RecordKey expired = newKey();
        RecordKey running = newKey();
        RecordKey completed = newKey();
        granted(records(), toRetry(expired, SHORT));
        granted(records(), toHold(running, LONG));
        records().complete(granted(records(), toHold(completed, LONG)), OUTCOME);
        awaitSight(expired, Sight.FREE);
        for (Resolution resolution : resolutions) {
            for (RecordKey any : List.of(expired, running, completed, newKey())) {
                assertThat(records().resolve(any.hex(), resolution)).isFalse();
            }
        }
        assertThat(records().find(expired)).isEqualTo(Sight.FREE);
        assertThat(records().find(running)).isEqualTo(Sight.IN_FLIGHT);
        assertSame(done(records().find(completed)).outcome(), OUTCOME);
    }

    /** The holder was slow and not dead: as long as nobody has resolved its record, its outcome counts. */
    @Test
    void aHolderThatComesBackCompletesItsHeldRecord() {
        Lease lease = granted(records(), toHold(key, SHORT));
        awaitSight(key, Sight.HELD);
        assertThat(records().renew(List.of(lease))).isEmpty();
        assertThat(otherProcess().find(key)).isEqualTo(Sight.IN_FLIGHT);
        awaitSight(key, Sight.HELD);
        assertThat(records().complete(lease, OUTCOME)).isTrue();
        assertSame(done(otherProcess().find(key)).outcome(), OUTCOME);
        assertThat(heldOf(List.of(key))).isEmpty();
    }
}
