package dev.interlock.fault;

import static org.assertj.core.api.Assertions.assertThat;

import dev.interlock.guard.Clock;
import dev.interlock.idempotency.HeldRecord;
import dev.interlock.idempotency.LeasedRecords.Claim;
import dev.interlock.idempotency.LeasedRecords.Lease;
import dev.interlock.idempotency.LeasedRecords.Request;
import dev.interlock.idempotency.RecordKey;
import dev.interlock.idempotency.Sight;
import dev.interlock.idempotency.StoredOutcome;
import dev.interlock.key.KeyNamespace;
import dev.interlock.postgres.PostgresLeases;
import java.time.Duration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

/** What Postgres has said to be recorded survives its {@code kill -9}; Redis promises no such thing. */
class LeasesAfterCrashTest {

    private static final OwnPostgres POSTGRES = OwnPostgres.started();
    private static final StoredOutcome OUTCOME =
            new StoredOutcome(1, StoredOutcome.Kind.RETURNED, null, new byte[] {'7'});

    private final PostgresLeases records = new PostgresLeases(POSTGRES.direct(), Clock.SYSTEM);

    @AfterAll
    static void stop() {
        POSTGRES.close();
    }

    @Test
    void claimsOutcomesAndHeldRecordsOutliveTheServer() {
        Request running = request("running");
        Request completed = request("completed");
        Request held = request("held");
        Lease lease = granted(running);
        records.complete(granted(completed), OUTCOME);
        records.abandon(granted(held));
        POSTGRES.killHard();
        POSTGRES.start();
        assertThat(records.claim(again(running))).isEqualTo(new Claim.Refused(Sight.IN_FLIGHT));
        assertThat(records.claim(again(held))).isEqualTo(new Claim.Refused(Sight.HELD));
        assertThat(records.held(10))
                .extracting(HeldRecord::id)
                .containsExactly(held.key().hex());
        assertThat(records.find(completed.key()))
                .isInstanceOfSatisfying(
                        Sight.Done.class,
                        done -> assertThat(done.completed().outcome())
                                .usingRecursiveComparison()
                                .isEqualTo(OUTCOME));
        assertThat(records.complete(lease, OUTCOME)).isTrue();
    }

    private Lease granted(Request request) {
        return ((Claim.Granted) records.claim(request)).lease();
    }

    private static Request request(String key) {
        return claimOf(RecordKey.shared(new KeyNamespace("crash").key("charge", key)), 1);
    }

    private static Request again(Request request) {
        return claimOf(request.key(), request.owner() + 1);
    }

    private static Request claimOf(RecordKey key, long owner) {
        return new Request(key, new byte[] {1}, owner, Duration.ofMinutes(5), Duration.ofHours(1), true);
    }
}
