package dev.interlock.idempotency;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.interlock.idempotency.LeasedRecords.Claim;
import dev.interlock.idempotency.LeasedRecords.Lease;
import dev.interlock.idempotency.LeasedRecords.Request;
import dev.interlock.idempotency.StoredOutcome.Kind;
import dev.interlock.test.Race;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What every store of leases promises, whatever it is made of. */
public abstract class LeasedRecordsContract extends HeldRecordsContract {

    private static final int CALLERS = 64;

    /** @param alike whether a grant is as it should be */
    private void oneOfAll(boolean hold, Predicate<Lease> alike) throws Exception {
        List<Claim> claims = Race.callers(CALLERS)
                .run(caller -> {
                    LeasedRecords mine = caller.number() % 2 == 0 ? records() : otherProcess();
                    return mine.claim(request(key, PRINT, LONG, TTL, hold));
                })
                .requireNoFailure()
                .values();
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
