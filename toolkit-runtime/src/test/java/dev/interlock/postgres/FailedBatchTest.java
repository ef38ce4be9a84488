package dev.interlock.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import dev.interlock.annotation.LockMode;
import dev.interlock.guard.Clock;
import dev.interlock.guard.Deadline;
import dev.interlock.key.KeyNamespace;
import dev.interlock.key.LockKey;
import dev.interlock.lock.BackendHold;
import dev.interlock.lock.BackendHold.State;
import dev.interlock.lock.LockBackend.Acquisition;
import dev.interlock.lock.LockRequest;
import dev.interlock.test.Race;
import dev.interlock.test.RaceResult;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import javax.sql.DataSource;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.springframework.jdbc.core.simple.JdbcClient;

/** Statements that fail in the middle on a connection that lives on. The sequence of tokens is used up after a few. */
class FailedBatchTest {

    private static final KeyNamespace NAMESPACE = new KeyNamespace("failed-batch");

    private final DataSource database =
            Databases.create("CREATE SEQUENCE interlock_fencing_token INCREMENT 1024 START 1024 MAXVALUE 10000");
    private final PostgresSessionLocks locks =
            new PostgresSessionLocks(database, new PostgresSessionLocks.Settings("failed-batch", 1000));

    @AfterEach
    void close() {
        locks.destroy();
    }

    @Test
    void aLockTakenByAStatementThatFailsIsGivenBackAndOthersAreKept() throws Exception {
        BackendHold kept = hold(acquire("kept", false));
        AtomicInteger refused = new AtomicInteger();
        RaceResult<Void> race = Race.callers(16).runAll(caller -> {
            int me = caller.number();
            for (int i = 0; i < 20; i++) {
                Acquisition result = acquire("k" + me, me % 4 == 0);
                if (result instanceof Acquisition.Granted granted) {
                    assertThat(granted.hold().release(Duration.ZERO).join()).isEqualTo(State.HELD);
                } else {
                    refused.incrementAndGet();
                }
            }
        });
        race.requireNoFailure();
        assertThat(refused.get()).isGreaterThan(10);
        assertThat(kept.verify()).isEqualTo(State.HELD);
        assertThat(held()).isEqualTo(1);
        assertThat(kept.release(Duration.ZERO).join()).isEqualTo(State.HELD);
        assertThat(held()).isZero();
    }

    private int held() {
        return JdbcClient.create(database)
                .sql("SELECT count(*) FROM pg_locks l JOIN pg_database d ON d.oid = l.database"
                        + " WHERE locktype = 'advisory' AND datname = current_database()")
                .query(Integer.class)
                .single();
    }

    private Acquisition acquire(String name, boolean fenced) throws InterruptedException {
        LockKey key = NAMESPACE.key(name);
        return locks.acquire(
                new LockRequest(key, LockMode.EXCLUSIVE, fenced, Duration.ZERO),
                Deadline.after(Clock.SYSTEM, Duration.ZERO));
    }

    private static BackendHold hold(Acquisition acquisition) {
        return ((Acquisition.Granted) acquisition).hold();
    }
}
