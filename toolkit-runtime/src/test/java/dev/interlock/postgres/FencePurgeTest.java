package dev.interlock.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.interlock.guard.Clock;
import dev.interlock.guard.Deadline;
import dev.interlock.lock.FenceStore.Claim;
import dev.interlock.lock.FenceStore.Fence;
import dev.interlock.lock.FenceStore.Token;
import dev.interlock.testing.PostgresServer;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import javax.sql.DataSource;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.datasource.DataSourceTransactionManager;
import org.springframework.transaction.TransactionDefinition;
import org.springframework.transaction.support.TransactionTemplate;

class FencePurgeTest {

    private final DataSource database = Databases.create(PostgresServer.script("V2__fencing.sql"));
    private final JdbcClient jdbc = JdbcClient.create(database);
    private final PostgresFences fences = new PostgresFences(database);
    private PostgresSessionLocks locks;

    @BeforeEach
    void open() {
        locks = new PostgresSessionLocks(database, new PostgresSessionLocks.Settings("purge", 10));
    }

    @AfterEach
    void close() {
        locks.destroy();
    }

    @Test
    void aStaleTokenStaysStaleAndANewerOneIsAccepted() {
        assertThat(claim(1, 20)).isInstanceOf(Claim.Claimed.class);
        assertThat(claim(1, 10)).isInstanceOf(Claim.Stale.class);
        age("1 hour");
        assertThat(locks.purgeFences(Duration.ofMinutes(30))).isEqualTo(1);
        assertThat(rows()).isZero();
        assertThat(claim(1, 10)).isInstanceOf(Claim.Stale.class);
        assertThat(claim(2, 20)).isInstanceOf(Claim.Stale.class);
        assertThat(rows()).isZero();
        assertThat(claim(1, 21)).isInstanceOf(Claim.Claimed.class);
    }

    @Test
    void controlArmWithoutTheFloorAcceptsTheStaleToken() {
        assertThat(claim(1, 20)).isInstanceOf(Claim.Claimed.class);
        jdbc.sql("DELETE FROM interlock_fence").update();
        assertThat(claim(1, 10)).isInstanceOf(Claim.Claimed.class);
    }

    @Test
    void youngFencesStayAndOldOnesGoInBatches() {
        jdbc.sql("INSERT INTO interlock_fence (kind, lock_id, token, claimed_at)"
                        + " SELECT 'k', n, n, now() - CASE WHEN n > 2500 THEN interval '0' ELSE interval '8 days' END"
                        + " FROM generate_series(1, 3000) n")
                .update();
        assertThat(locks.purgeFences(Duration.ofDays(7))).isEqualTo(2500);
        assertThat(rows()).isEqualTo(500);
        assertThat(floor()).isEqualTo(2500);
        assertThat(locks.purgeFences(Duration.ofDays(7))).isZero();
        assertThat(floor()).isEqualTo(2500);
    }

    @ParameterizedTest
    @ValueSource(
            ints = {TransactionDefinition.ISOLATION_READ_COMMITTED, TransactionDefinition.ISOLATION_REPEATABLE_READ})
    void aClaimThatWaitsForAPurgeSeesItsFloor(int isolation) throws Exception {
        try (Connection purge = database.getConnection()) {
            claim(1, 20);
            age("1 hour");
            purge.setAutoCommit(false);
            removeAndRaiseTo(purge, 20);
            CompletableFuture<Claim> claim = CompletableFuture.supplyAsync(
                    () -> within(isolation, () -> {
                        floor();
                        return claimed(1, 10);
                    }),
                    command -> new Thread(command).start());
            await().until(() -> waiting() == 1);
            purge.commit();
            if (isolation == TransactionDefinition.ISOLATION_READ_COMMITTED) {
                assertThat(claim.join()).isInstanceOf(Claim.Stale.class);
            } else {
                assertThat(claim.join())
                        .isInstanceOfSatisfying(
                                Claim.Impossible.class,
                                impossible -> assertThat(((SQLException) impossible.cause()).getSQLState())
                                        .isEqualTo("40001"));
            }
        }
    }

    @Test
    void aClaimInProgressIsNotPurged() {
        claim(1, 20);
        age("1 hour");
        within(TransactionDefinition.ISOLATION_READ_COMMITTED, () -> {
            Claim claim = claimed(1, 30);
            assertThat(locks.purgeFences(Duration.ofMinutes(30))).isZero();
            return claim;
        });
        assertThat(locks.purgeFences(Duration.ofMinutes(30))).isZero();
        assertThat(rows()).isEqualTo(1);
    }

    @Test
    void onlyOneNodePurgesAtATime() throws Exception {
        claim(1, 20);
        age("1 hour");
        try (Connection other = database.getConnection()) {
            other.setAutoCommit(false);
            execute(other, "SELECT pg_advisory_xact_lock(" + 0x696e7465726c7075L + ")");
            assertThat(locks.purgeFences(Duration.ofMinutes(30))).isZero();
            other.rollback();
        }
        assertThat(locks.purgeFences(Duration.ofMinutes(30))).isEqualTo(1);
        assertThat(floor()).isEqualTo(20);
    }

    @Test
    void theScriptMayRunAgain() {
        claim(1, 20);
        jdbc.sql("UPDATE interlock_fence_floor SET token = 5").update();
        jdbc.sql(PostgresServer.script("V2__fencing.sql")).update();
        assertThat(rows()).isEqualTo(1);
        assertThat(floor()).isEqualTo(5);
    }

    private static void removeAndRaiseTo(Connection purge, long floor) throws SQLException {
        execute(purge, "DELETE FROM interlock_fence WHERE claimed_at < now() - interval '30 minutes'");
        execute(purge, "UPDATE interlock_fence_floor SET token = " + floor);
    }

    private Claim claim(long lock, long token) {
        return within(TransactionDefinition.ISOLATION_READ_COMMITTED, () -> claimed(lock, token));
    }

    /** In a transaction; rolled back where the claim failed. */
    private Claim within(int isolation, Supplier<Claim> work) {
        TransactionTemplate transaction = new TransactionTemplate(new DataSourceTransactionManager(database));
        transaction.setIsolationLevel(isolation);
        return transaction.execute(status -> {
            Claim claim = work.get();
            if (claim instanceof Claim.Impossible) {
                status.setRollbackOnly();
            }
            return claim;
        });
    }

    private Claim claimed(long lock, long token) {
        try {
            return fences.claim(
                    List.of(new Fence("k", lock, new Token.Drawn(token))),
                    Deadline.after(Clock.SYSTEM, Duration.ofSeconds(30)));
        } catch (InterruptedException interrupt) {
            throw new AssertionError(interrupt);
        }
    }

    private static void execute(Connection connection, String sql) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    private void age(String interval) {
        jdbc.sql("UPDATE interlock_fence SET claimed_at = now() - interval '" + interval + "'")
                .update();
    }

    private long rows() {
        return jdbc.sql("SELECT count(*) FROM interlock_fence")
                .query(Long.class)
                .single();
    }

    private long floor() {
        return jdbc.sql("SELECT token FROM interlock_fence_floor")
                .query(Long.class)
                .single();
    }

    private int waiting() {
        return jdbc.sql("SELECT count(*) FROM pg_locks l WHERE NOT granted AND locktype = 'transactionid'")
                .query(Integer.class)
                .single();
    }
}
