package dev.interlock.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.interlock.guard.Clock;
import dev.interlock.guard.Deadline;
import dev.interlock.key.KeyNamespace;
import dev.interlock.key.LockKey;
import dev.interlock.lock.BackendHold;
import dev.interlock.lock.LockBackend;
import dev.interlock.lock.LockBackend.Acquisition;
import dev.interlock.lock.LockBackendContract;
import dev.interlock.lock.LockRequest;
import dev.interlock.testing.PostgresServer;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.postgresql.ds.PGSimpleDataSource;
import org.springframework.jdbc.core.simple.JdbcClient;

class PostgresSessionLocksTest extends LockBackendContract {

    private static final KeyNamespace NAMESPACE = new KeyNamespace("session-locks");
    private static final PostgresSessionLocks BACKEND = locks("session-locks-a", 1000);
    private static final PostgresSessionLocks OTHER = locks("session-locks-b", 1000);

    private final JdbcClient jdbc = JdbcClient.create(PostgresServer.direct());

    private static PostgresSessionLocks locks(String application, int maxHeld) {
        return new PostgresSessionLocks(
                PostgresServer.direct(), new PostgresSessionLocks.Settings(application, maxHeld));
    }

    @AfterAll
    static void close() {
        BACKEND.destroy();
        OTHER.destroy();
    }

    @Override
    protected LockBackend backend() {
        return BACKEND;
    }

    @Override
    protected LockBackend otherProcess() {
        return OTHER;
    }

    /** A wait that was given up stands in the server's queue until its slice runs out. */
    @Override
    protected int locksLeft() {
        long end = System.nanoTime() + Duration.ofSeconds(5).toNanos();
        int left;
        do {
            left = jdbc.sql("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'")
                    .query(Integer.class)
                    .single();
        } while (left > 0 && System.nanoTime() < end);
        return left;
    }

    @Test
    void namesTheHoldersApplicationAndBackend() throws Exception {
        LockKey key = NAMESPACE.key("named");
        BackendHold hold = granted(BACKEND, key);
        assertThat(OTHER.describeHolder(key)).matches("session-locks-a \\(pid \\d+\\)");
        hold.release(Duration.ZERO).join();
    }

    @Test
    void aSessionThatLocksByHandExcludesAndIsExcluded() throws Exception {
        LockKey key = NAMESPACE.key("by hand", "7");
        String sql = "SELECT pg_try_advisory_lock(interlock_lock_key('session-locks', 'by hand', '7'))";
        try (Connection session = PostgresServer.direct().getConnection();
                Statement statement = session.createStatement()) {
            assertThat(truth(statement, sql)).isTrue();
            assertThat(BACKEND.acquire(LockRequest.exclusive(key), now())).isInstanceOf(Acquisition.Unavailable.class);
            assertThat(truth(statement, sql.replace("try_advisory_lock", "advisory_unlock")))
                    .isTrue();
            BackendHold hold = granted(BACKEND, key);
            assertThat(truth(statement, sql)).isFalse();
            hold.release(Duration.ZERO).join();
        }
    }

    @Test
    void aTerminatedConnectionLosesEveryHoldAndTheNextCallerIsServed() throws Exception {
        List<BackendHold> holds = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            holds.add(granted(BACKEND, NAMESPACE.key("lost", String.valueOf(i))));
        }
        terminate("session-locks-a");
        await().atMost(Duration.ofSeconds(10))
                .untilAsserted(() -> assertThat(holds).allMatch(hold -> hold.known() == BackendHold.State.LOST));
        BackendHold next = granted(BACKEND, NAMESPACE.key("lost", "0"));
        assertThat(holds).allMatch(hold -> hold.release(Duration.ZERO).join() == BackendHold.State.LOST);
        assertThat(next.verify()).isEqualTo(BackendHold.State.HELD);
        next.release(Duration.ZERO).join();
    }

    @Test
    void verifyNoticesALossAtOnce() throws Exception {
        BackendHold hold = granted(BACKEND, NAMESPACE.key("verified"));
        terminate("session-locks-a");
        assertThat(hold.verify()).isEqualTo(BackendHold.State.LOST);
        assertThat(hold.release(Duration.ZERO).join()).isEqualTo(BackendHold.State.LOST);
    }

    @Test
    void holdsNoMoreLocksThanTheCap() throws Exception {
        PostgresSessionLocks capped = locks("session-locks-capped", 2);
        try {
            BackendHold first = granted(capped, NAMESPACE.key("cap", "1"));
            BackendHold second = granted(capped, NAMESPACE.key("cap", "2"));
            Acquisition third = capped.acquire(LockRequest.exclusive(NAMESPACE.key("cap", "3")), now());
            assertThat(third).isInstanceOf(Acquisition.Unavailable.class);
            assertThat(((Acquisition.Unavailable) third).reason())
                    .isEqualTo("this process holds 2 session locks, the most that interlock.lock.max-held allows");
            first.release(Duration.ZERO).join();
            granted(capped, NAMESPACE.key("cap", "3")).release(Duration.ZERO).join();
            second.release(Duration.ZERO).join();
        } finally {
            capped.destroy();
        }
    }

    @Test
    void closingDrainsAndLeavesNoConnectionAndNoThread() throws Exception {
        PostgresSessionLocks closing = locks("session-locks-closing", 1000);
        BackendHold hold = granted(closing, NAMESPACE.key("closing"));
        Thread close = new Thread(closing::destroy);
        close.start();
        assertThat(hold.release(Duration.ZERO).join()).isEqualTo(BackendHold.State.HELD);
        close.join();
        assertThat(closing.acquire(LockRequest.exclusive(NAMESPACE.key("closing")), now()))
                .isInstanceOf(Acquisition.Unavailable.class);
        await().atMost(Duration.ofSeconds(10))
                .untilAsserted(
                        () -> assertThat(connections("session-locks-closing")).isZero());
    }

    @Test
    void hasNothingToComplainAboutOnAPlainServer() {
        assertThat(BACKEND.problem()).isEmpty();
    }

    @Test
    void saysWhatToDoWhereItsConnectionsFindNoSequenceOfTokens() {
        PostgresSessionLocks bare = new PostgresSessionLocks(
                Databases.create("CREATE SCHEMA elsewhere", "CREATE SEQUENCE elsewhere.interlock_fencing_token"),
                new PostgresSessionLocks.Settings("bare", 10));
        try {
            assertThat(bare.problem())
                    .hasValueSatisfying(problem -> assertThat(problem)
                            .startsWith("scope = SESSION draws its fencing tokens from the sequence"));
        } finally {
            bare.destroy();
        }
    }

    @Test
    void saysWhatToDoWhereNoServerAnswers() {
        PGSimpleDataSource nowhere = new PGSimpleDataSource();
        nowhere.setUrl("jdbc:postgresql://localhost:1/none?connectTimeout=2");
        PostgresSessionLocks unreachable =
                new PostgresSessionLocks(nowhere, new PostgresSessionLocks.Settings("nowhere", 10));
        try {
            assertThat(unreachable.problem())
                    .hasValueSatisfying(problem -> assertThat(problem)
                            .startsWith(
                                    "scope = SESSION needs connections of its own, but opening or using them failed: ")
                            .contains("check interlock.postgres.url, username and password"));
        } finally {
            unreachable.destroy();
        }
    }

    @Test
    void refusesAPoolerInTransactionMode() throws Exception {
        try (TransactionPooler pooler = new TransactionPooler(PostgresServer.url())) {
            PostgresSessionLocks pooled =
                    new PostgresSessionLocks(pooler.dataSource(), new PostgresSessionLocks.Settings("pooled", 10));
            try {
                assertThat(pooled.problem())
                        .hasValueSatisfying(problem -> assertThat(problem)
                                .startsWith("scope = SESSION cannot hold locks through a pooler in transaction mode"));
            } finally {
                pooled.destroy();
            }
        }
    }

    private void terminate(String application) {
        jdbc.sql("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = ?")
                .param(application)
                .query(Boolean.class)
                .list();
    }

    private int connections(String application) {
        return jdbc.sql("SELECT count(*) FROM pg_stat_activity WHERE application_name = ?")
                .param(application)
                .query(Integer.class)
                .single();
    }

    private static BackendHold granted(LockBackend backend, LockKey key) throws InterruptedException {
        Acquisition acquisition =
                backend.acquire(LockRequest.exclusive(key), Deadline.after(Clock.SYSTEM, Duration.ofSeconds(10)));
        assertThat(acquisition).isInstanceOf(Acquisition.Granted.class);
        return ((Acquisition.Granted) acquisition).hold();
    }

    private static Deadline now() {
        return Deadline.after(Clock.SYSTEM, Duration.ZERO);
    }

    private static boolean truth(Statement statement, String sql) throws SQLException {
        try (var row = statement.executeQuery(sql)) {
            row.next();
            return row.getBoolean(1);
        }
    }
}
