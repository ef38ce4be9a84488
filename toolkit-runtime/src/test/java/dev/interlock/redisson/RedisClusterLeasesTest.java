package dev.interlock.redisson;

import static org.assertj.core.api.Assertions.assertThat;

import dev.interlock.guard.Clock;
import dev.interlock.idempotency.LeasedRecords;
import dev.interlock.idempotency.LeasedRecordsContract;
import dev.interlock.idempotency.RecordKey;
import dev.interlock.testing.RedisClusterNodes;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.redisson.api.RedissonClient;

class RedisClusterLeasesTest extends LeasedRecordsContract {

    private static final RedisClusterNodes CLUSTER = RedisClusterNodes.start();
    private static final RedissonClient CLIENT = Clients.of(CLUSTER);
    private static final RedissonClient OTHER_CLIENT = Clients.of(CLUSTER);

    private final RedissonLeases records = new RedissonLeases(CLIENT, RedissonLeases.Settings.DEFAULT, Clock.SYSTEM);
    private final RedissonLeases other =
            new RedissonLeases(OTHER_CLIENT, RedissonLeases.Settings.DEFAULT, Clock.SYSTEM);

    @AfterAll
    static void close() {
        CLIENT.shutdown();
        OTHER_CLIENT.shutdown();
        CLUSTER.close();
    }

    @Override
    protected LeasedRecords records() {
        return records;
    }

    @Override
    protected LeasedRecords otherProcess() {
        return other;
    }

    @Test
    void recordsOfAllNodesAreListedAndRenewedTogether() {
        List<RecordKey> keys =
                Stream.generate(LeasedRecordsContract::newKey).limit(40).toList();
        List<LeasedRecords.Lease> leases =
                keys.stream().map(key -> granted(records, toHold(key, LONG))).toList();
        assertThat(CLUSTER.nodes())
                .allMatch(node -> !node.keys("interlock:idempotency:*").isEmpty());
        assertThat(records.renew(leases)).isEmpty();
        leases.forEach(records::abandon);
        assertThat(heldOf(keys)).hasSize(keys.size());
    }
}
