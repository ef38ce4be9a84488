package dev.interlock.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import dev.interlock.guard.Clock;
import dev.interlock.idempotency.IdempotencyStoreException;
import dev.interlock.idempotency.LeasedRecords;
import dev.interlock.idempotency.LeasedRecordsContract;
import dev.interlock.idempotency.Sight;
import dev.interlock.testing.PostgresServer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

class PostgresLeasesTest extends LeasedRecordsContract {

    private static final HikariDataSource POOL = PostgresServer.pool(8);
    private static final HikariDataSource OTHER_POOL = PostgresServer.pool(8);

    private final PostgresLeases records = new PostgresLeases(POOL, Clock.SYSTEM);
    private final PostgresLeases other = new PostgresLeases(OTHER_POOL, Clock.SYSTEM);

    @AfterAll
    static void close() {
        POOL.close();
        OTHER_POOL.close();
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
    void aPoolWithoutAutoCommitIsCommittedOn() {
        HikariConfig config = new HikariConfig();
        config.setDataSource(PostgresServer.direct());
        config.setMaximumPoolSize(1);
        config.setAutoCommit(false);
        try (HikariDataSource pool = new HikariDataSource(config)) {
            PostgresLeases uncommitted = new PostgresLeases(pool, Clock.SYSTEM);
            granted(uncommitted, toHold(key, LONG));
            assertThat(records.find(key)).isEqualTo(Sight.IN_FLIGHT);
        }
    }

    @Test
    void aStoreThatDoesNotAnswerSaysWhatFailedAndShowsNoKey() {
        HikariDataSource closed = PostgresServer.pool(1);
        closed.close();
        PostgresLeases unanswered = new PostgresLeases(closed, Clock.SYSTEM);
        assertThatThrownBy(() -> unanswered.find(key))
                .isInstanceOf(IdempotencyStoreException.class)
                .hasMessageContaining("The lookup of 'charge'")
                .hasMessageNotContaining(key.hex());
    }
}
