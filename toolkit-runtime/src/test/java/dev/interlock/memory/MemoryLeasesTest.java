package dev.interlock.memory;

import static org.assertj.core.api.Assertions.assertThat;

import dev.interlock.guard.Clock;
import dev.interlock.idempotency.LeasedRecords;
import dev.interlock.idempotency.LeasedRecordsContract;
import dev.interlock.idempotency.Sight;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.Test;

class MemoryLeasesTest extends LeasedRecordsContract {

    private final MemoryLeases records = new MemoryLeases(Clock.SYSTEM);

    @Override
    protected LeasedRecords records() {
        return records;
    }

    @Override
    protected LeasedRecords otherProcess() {
        return records;
    }

    /** The limit of this store: each process has its own. */
    @Test
    void excludesNobodyInAnotherInstance() {
        MemoryLeases another = new MemoryLeases(Clock.SYSTEM);
        granted(records, toHold(key, LONG));
        assertThat(another.find(key)).isEqualTo(Sight.FREE);
        assertThat(granted(another, toHold(key, LONG)).fence()).isEqualTo(1);
    }

    @Test
    void expiredRecordsAreRemovedNowAndThen() {
        records.complete(granted(records, request(key, PRINT, LONG, SHORT, false)), OUTCOME);
        granted(records, toRetry(newKey(), LONG));
        awaitSight(key, Sight.FREE);
        for (int i = 0; i < 2_000; i++) {
            records.release(granted(records, toRetry(newKey(), LONG)));
        }
        assertThat(records)
                .extracting("entries")
                .asInstanceOf(InstanceOfAssertFactories.MAP)
                .hasSize(1);
    }
}
