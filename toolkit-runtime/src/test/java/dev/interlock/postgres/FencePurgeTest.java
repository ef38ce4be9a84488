package dev.interlock.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.interlock.testing.PostgresServer;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import javax.sql.DataSource;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.jdbc.core.simple.JdbcClient;

class FencePurgeTest {

    private final DataSource database = Databases.create(PostgresServer.script("V2__fencing.sql"));
    private final JdbcClient jdbc = JdbcClient.create(database);
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
    void aStaleTokenStaysStaleAndANewerOneIsAccepted() throws Exception {
        try (Connection connection = database.getConnection()) {
            assertThat(claim(connection, 1, 20)).isZero();
            assertThat(claim(connection, 1, 10)).isEqualTo(1);
            age("1 hour");
            assertThat(locks.purgeFences(Duration.ofMinutes(30))).isEqualTo(1);
            assertThat(rows()).isZero();
            assertThat(claim(connection, 1, 10)).isEqualTo(1);
            assertThat(claim(connection, 2, 20)).isEqualTo(1);
            assertThat(rows()).isZero();
            assertThat(claim(connection, 1, 21)).isZero();
        }
    }

    @Test
    void controlArmWithoutTheFloorAcceptsTheStaleToken() throws Exception {
        try (Connection connection = database.getConnection()) {
            assertThat(claim(connection, 1, 20)).isZero();
            jdbc.sql("DELETE FROM interlock_fence").update();
            assertThat(claim(connection, 1, 10)).isZero();
        }
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
    @ValueSource(strings = {"READ COMMITTED", "REPEATABLE READ"})
    void aClaimThatWaitsForAPurgeSeesItsFloor(String isolation) throws Exception {
        try (Connection purge = database.getConnection();
                Connection claimer = database.getConnection()) {
            claim(claimer, 1, 20);
            age("1 hour");
            purge.setAutoCommit(false);
            removeAndRaiseTo(purge, 20);
            claimer.setAutoCommit(false);
            execute(claimer, "SET TRANSACTION ISOLATION LEVEL " + isolation);
            execute(claimer, "SELECT 1 FROM interlock_fence_floor");
            CompletableFuture<Object> claim = CompletableFuture.supplyAsync(
                    () -> attempt(claimer, 1, 10), command -> new Thread(command).start());
            await().until(() -> waiting() == 1);
            purge.commit();
            assertThat(claim.join()).isIn(1, "40001");
            assertThat(claim.join()).isEqualTo(isolation.startsWith("READ") ? 1 : "40001");
            claimer.rollback();
        }
    }

    @Test
    void aClaimInProgressIsNotPurged() throws Exception {
        try (Connection claimer = database.getConnection()) {
            claim(claimer, 1, 20);
            age("1 hour");
            claimer.setAutoCommit(false);
            claim(claimer, 1, 30);
            assertThat(locks.purgeFences(Duration.ofMinutes(30))).isZero();
            claimer.commit();
            assertThat(locks.purgeFences(Duration.ofMinutes(30))).isZero();
            assertThat(rows()).isEqualTo(1);
        }
    }

    @Test
    void onlyOneNodePurgesAtATime() throws Exception {
        try (Connection other = database.getConnection();
                Connection claimer = database.getConnection()) {
            claim(claimer, 1, 20);
            age("1 hour");
            other.setAutoCommit(false);
            execute(other, "SELECT pg_advisory_xact_lock(" + 0x696e7465726c7075L + ")");
            assertThat(locks.purgeFences(Duration.ofMinutes(30))).isZero();
            other.rollback();
            assertThat(locks.purgeFences(Duration.ofMinutes(30))).isEqualTo(1);
        }
    }

    @Test
    void theScriptMayRunAgain() throws Exception {
        try (Connection connection = database.getConnection()) {
            claim(connection, 1, 20);
        }
        jdbc.sql("UPDATE interlock_fence_floor SET token = 5").update();
        jdbc.sql(PostgresServer.script("V2__fencing.sql")).update();
        assertThat(rows()).isEqualTo(1);
        assertThat(floor()).isEqualTo(5);
    }

    private static void removeAndRaiseTo(Connection purge, long floor) throws SQLException {
        execute(purge, "DELETE FROM interlock_fence WHERE claimed_at < now() - interval '30 minutes'");
        execute(purge, "UPDATE interlock_fence_floor SET token = " + floor);
    }

    private static Object attempt(Connection connection, long lock, long token) {
        try {
            return claim(connection, lock, token);
        } catch (SQLException failure) {
            return failure.getSQLState();
        }
    }

    private static int claim(Connection connection, long lock, long token) throws SQLException {
        try (PreparedStatement statement =
                connection.prepareStatement("SELECT interlock_claim_fences(ARRAY['k'], ARRAY[?], ARRAY[?])")) {
            statement.setLong(1, lock);
            statement.setLong(2, token);
            try (ResultSet row = statement.executeQuery()) {
                row.next();
                return row.getInt(1);
            }
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
