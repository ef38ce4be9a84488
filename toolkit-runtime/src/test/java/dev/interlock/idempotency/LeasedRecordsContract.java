package dev.interlock.idempotency;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.interlock.idempotency.LeasedRecords.Claim;
import dev.interlock.idempotency.LeasedRecords.Lease;
import dev.interlock.idempotency.LeasedRecords.Request;
import dev.interlock.idempotency.StoredOutcome.Kind;
import dev.interlock.key.KeyNamespace;
import dev.interlock.testing.Race;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What every store of leases promises, whatever it is made of. */
public abstract class LeasedRecordsContract {

    protected static final Duration SHORT = Duration.ofSeconds(1);
    protected static final Duration LONG = Duration.ofMinutes(5);
    protected static final Duration TTL = Duration.ofHours(1);
    protected static final Duration SOON = Duration.ofSeconds(20);
    protected static final byte[] PRINT = {1, 0, -1};
    protected static final byte[] OTHER_PRINT = {1, 0, -2};
    protected static final byte[] NO_PRINT = {};
    protected static final StoredOutcome OUTCOME = new StoredOutcome(1, Kind.RETURNED, null, new byte[] {'{', '}'});

    private static final KeyNamespace NAMESPACE = new KeyNamespace("leased-records-contract");
    private static final int CALLERS = 64;
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

    private static Completed done(Sight sight) {
        assertThat(sight).isInstanceOf(Sight.Done.class);
        return ((Sight.Done) sight).completed();
    }

    private static void assertSame(StoredOutcome stored, StoredOutcome given) {
        assertThat(stored).usingRecursiveComparison().isEqualTo(given);
    }

    /** @param alike whether a grant is as it should be */
    private void oneOfAll(boolean hold, Predicate<Lease> alike) throws Exception {
        AtomicInteger number = new AtomicInteger();
        List<Object> claims = Race.of(CALLERS, () -> {
            LeasedRecords mine = number.getAndIncrement() % 2 == 0 ? records() : otherProcess();
            return mine.claim(request(key, PRINT, LONG, TTL, hold));
        });
        assertThat(claims)
                .filteredOn(Claim.Granted.class::isInstance)
                .singleElement()
                .matches(claim -> alike.test(((Claim.Granted) claim).lease()));
        assertThat(claims)
                .filteredOn(claim -> !(claim instanceof Claim.Granted))
                .containsOnly(new Claim.Refused(Sight.IN_FLIGHT));
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void oneOfManyClaimersIsGranted(boolean hold) throws Exception {
        oneOfAll(hold, lease -> lease.fence() == 1 && lease.key().equals(key));
        assertThat(records().find(key)).isEqualTo(Sight.IN_FLIGHT);
    }

    @Test
    void oneOfManyClaimersTakesOver() throws Exception {
        granted(records(), toRetry(key, SHORT));
        awaitSight(key, Sight.FREE);
        oneOfAll(false, lease -> lease.fence() == 2);
    }

    @Test
    void aKeyWithoutARecordIsFree() {
        assertThat(records().find(key)).isEqualTo(Sight.FREE);
        assertThat(records().name()).isNotBlank();
    }

    @Test
    void aLeaseIsOfTheRequestAndTheTimeItWasAskedFor() {
        long before = System.nanoTime();
        Request request = toRetry(key, LONG);
        Lease lease = granted(records(), request);
        assertThat(lease.request()).isSameAs(request);
        assertThat(lease.askedNanos() - before).isNotNegative();
        assertThat(System.nanoTime() - lease.askedNanos()).isNotNegative();
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aDuplicateIsToldThatTheCallIsInFlight(boolean hold) {
        granted(records(), request(key, PRINT, LONG, TTL, hold));
        assertThat(refused(otherProcess(), request(key, PRINT, LONG, TTL, hold)))
                .isEqualTo(Sight.IN_FLIGHT);
        assertThat(refused(otherProcess(), request(key, PRINT, LONG, TTL, !hold)))
                .isEqualTo(Sight.IN_FLIGHT);
        assertThat(otherProcess().find(key)).isEqualTo(Sight.IN_FLIGHT);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aDuplicateOfACompletedCallIsToldTheOutcomeWhateverItsArguments(boolean hold) {
        Lease lease = granted(records(), request(key, PRINT, LONG, TTL, hold));
        assertThat(records().complete(lease, OUTCOME)).isTrue();
        for (byte[] print : List.of(PRINT, OTHER_PRINT, NO_PRINT)) {
            Completed completed = done(refused(otherProcess(), request(key, print, LONG, TTL, hold)));
            assertSame(completed.outcome(), OUTCOME);
            assertThat(completed.fingerprint()).isEqualTo(PRINT);
        }
    }

    @Test
    void anOpenClaimWithOtherArgumentsIsAReuse() {
        Lease lease = granted(records(), toHold(key, LONG));
        assertThat(refused(otherProcess(), request(key, OTHER_PRINT, LONG, TTL, true)))
                .isEqualTo(Sight.REUSED);
        assertThat(refused(otherProcess(), request(key, OTHER_PRINT, LONG, TTL, false)))
                .isEqualTo(Sight.REUSED);
        records().abandon(lease);
        assertThat(refused(otherProcess(), request(key, OTHER_PRINT, LONG, TTL, true)))
                .isEqualTo(Sight.REUSED);
    }

    @Test
    void anExpiredClaimIsNotTakenOverWithOtherArguments() {
        granted(records(), toRetry(key, SHORT));
        awaitSight(key, Sight.FREE);
        assertThat(refused(otherProcess(), request(key, OTHER_PRINT, LONG, TTL, false)))
                .isEqualTo(Sight.REUSED);
        assertThat(granted(otherProcess(), toRetry(key, LONG)).fence()).isEqualTo(2);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void argumentsThatAreNotComparedAreNoReuse(boolean hold) {
        granted(records(), request(key, PRINT, LONG, TTL, hold));
        assertThat(refused(records(), request(key, NO_PRINT, LONG, TTL, hold))).isEqualTo(Sight.IN_FLIGHT);
        RecordKey uncompared = newKey();
        granted(records(), request(uncompared, NO_PRINT, LONG, TTL, hold));
        assertThat(refused(records(), request(uncompared, PRINT, LONG, TTL, hold)))
                .isEqualTo(Sight.IN_FLIGHT);
    }

    @Test
    void eachTakeoverRaisesTheFence() {
        assertThat(granted(records(), toRetry(key, SHORT)).fence()).isEqualTo(1);
        awaitSight(key, Sight.FREE);
        assertThat(granted(otherProcess(), toRetry(key, SHORT)).fence()).isEqualTo(2);
        awaitSight(key, Sight.FREE);
        assertThat(granted(records(), toRetry(key, LONG)).fence()).isEqualTo(3);
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

    @Test
    void theOldHolderChangesNothingOfItsSuccessors() {
        Lease old = granted(records(), toRetry(key, SHORT));
        awaitSight(key, Sight.FREE);
        Lease next = granted(otherProcess(), toRetry(key, LONG));
        assertThat(records().complete(old, OUTCOME)).isFalse();
        assertThat(otherProcess().find(key)).isEqualTo(Sight.IN_FLIGHT);
        assertThat(records().renew(List.of(old))).containsExactly(old);
        assertThat(records().release(old)).isFalse();
        assertThat(otherProcess().find(key)).isEqualTo(Sight.IN_FLIGHT);
        assertThat(records().abandon(old)).isFalse();
        assertThat(otherProcess().find(key)).isEqualTo(Sight.IN_FLIGHT);
        assertThat(otherProcess().renew(List.of(next))).isEmpty();
        StoredOutcome outcome = new StoredOutcome(1, Kind.RETURNED, null, new byte[] {'2'});
        assertThat(otherProcess().complete(next, outcome)).isTrue();
        assertThat(records().release(old)).isFalse();
        assertThat(records().abandon(old)).isFalse();
        assertThat(records().complete(old, OUTCOME)).isFalse();
        assertSame(done(records().find(key)).outcome(), outcome);
    }

    /** A short lease of the old holder would end the successor's early. */
    @Test
    void theOldHolderDoesNotShortenTheLeaseOfItsSuccessor() {
        Lease old = granted(records(), toRetry(key, SHORT));
        awaitSight(key, Sight.FREE);
        granted(otherProcess(), toRetry(key, LONG));
        records().renew(List.of(old));
        await().during(SHORT.plusMillis(500))
                .atMost(SOON)
                .until(() -> records().find(key).equals(Sight.IN_FLIGHT));
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aRenewedLeaseOutlivesItsTime(boolean hold) {
        Lease lease = granted(records(), request(key, PRINT, Duration.ofSeconds(2), TTL, hold));
        await().during(Duration.ofSeconds(3))
                .pollInterval(Duration.ofMillis(200))
                .atMost(SOON)
                .until(() -> records().renew(List.of(lease)).isEmpty()
                        && otherProcess().find(key).equals(Sight.IN_FLIGHT));
        assertThat(refused(otherProcess(), request(key, PRINT, LONG, TTL, hold)))
                .isEqualTo(Sight.IN_FLIGHT);
        assertThat(records().complete(lease, OUTCOME)).isTrue();
    }

    @Test
    void renewalsTellWhichLeasesAreLost() {
        Lease held = granted(records(), toHold(newKey(), LONG));
        Lease kept = granted(records(), toRetry(newKey(), LONG));
        Lease completed = granted(records(), toRetry(newKey(), LONG));
        Lease released = granted(records(), toRetry(newKey(), LONG));
        records().complete(completed, OUTCOME);
        records().release(released);
        assertThat(records().renew(List.of(held, completed, kept, released)))
                .containsExactlyInAnyOrder(completed, released);
        assertThat(records().renew(List.of())).isEmpty();
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

    @ParameterizedTest
    @MethodSource("outcomes")
    void anOutcomeComesBackAsItWasWithTheLifeThatIsLeft(StoredOutcome outcome) {
        Lease lease = granted(records(), request(key, PRINT, LONG, TTL, false));
        assertThat(records().complete(lease, outcome)).isTrue();
        Completed found = done(otherProcess().find(key));
        assertThat(remaining(found)).isBetween(TTL.minusMinutes(2), TTL);
        assertSame(found.outcome(), outcome);
        assertThat(found.fingerprint()).isEqualTo(PRINT);
    }

    private static Duration remaining(Completed found) {
        return Duration.ofNanos(found.expiresNanos() - System.nanoTime());
    }

    @Test
    void aCallWithoutComparedArgumentsIsCompletedWithoutThem() {
        Lease lease = granted(records(), request(key, NO_PRINT, LONG, TTL, true));
        records().complete(lease, OUTCOME);
        assertThat(done(records().find(key)).fingerprint()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void anExpiredOutcomeIsForgottenAndTheKeyMayBeUsedForAnotherCall(boolean hold) {
        Lease lease = granted(records(), request(key, PRINT, LONG, SHORT, hold));
        assertThat(records().complete(lease, OUTCOME)).isTrue();
        awaitSight(key, Sight.FREE);
        Lease next = granted(otherProcess(), request(key, OTHER_PRINT, LONG, TTL, hold));
        assertThat(next.fence()).isEqualTo(1);
        assertThat(records().find(key)).isEqualTo(Sight.IN_FLIGHT);
        assertThat(records().release(lease)).isFalse();
        assertThat(otherProcess().complete(next, OUTCOME)).isTrue();
        assertThat(done(records().find(key)).fingerprint()).isEqualTo(OTHER_PRINT);
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
    void anAbandonedCallThatMayBeRepeatedIsTakenOverAtOnce() {
        Lease lease = granted(records(), toRetry(key, LONG));
        assertThat(records().abandon(lease)).isTrue();
        assertThat(otherProcess().find(key)).isEqualTo(Sight.FREE);
        assertThat(granted(otherProcess(), toRetry(key, LONG)).fence()).isEqualTo(2);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aReleasedKeyIsAsIfThereHadBeenNoCall(boolean hold) {
        Lease lease = granted(records(), request(key, PRINT, LONG, TTL, hold));
        assertThat(records().release(lease)).isTrue();
        assertThat(records().release(lease)).isFalse();
        assertThat(otherProcess().find(key)).isEqualTo(Sight.FREE);
        assertThat(records().complete(lease, OUTCOME)).isFalse();
        assertThat(otherProcess().find(key)).isEqualTo(Sight.FREE);
        assertThat(granted(otherProcess(), request(key, OTHER_PRINT, LONG, TTL, hold))
                        .fence())
                .isEqualTo(1);
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

    @Test
    void keysAreApart() {
        Lease lease = granted(records(), toHold(key, LONG));
        RecordKey ofCaller =
                RecordKey.ofCaller(NAMESPACE.key("charge", UUID.randomUUID().toString()), "ann");
        Lease other = granted(records(), toRetry(ofCaller, LONG));
        assertThat(records().release(other)).isTrue();
        assertThat(records().renew(List.of(lease))).isEmpty();
        assertThat(records().find(ofCaller)).isEqualTo(Sight.FREE);
        assertThat(records().find(key)).isEqualTo(Sight.IN_FLIGHT);
    }
}
