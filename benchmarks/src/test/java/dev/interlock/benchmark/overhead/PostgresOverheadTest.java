package dev.interlock.benchmark.overhead;

import static org.assertj.core.api.Assertions.assertThat;

import dev.interlock.benchmark.BenchmarkPostgres;
import java.sql.SQLException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.jdbc.core.JdbcTemplate;

/** Each benchmark holds the lock it says while its statement runs; nothing is timed. */
class PostgresOverheadTest {

    private static final long NOBODY = 0;
    private static final long OWN_SESSION = 1;
    private static final long ANOTHER_SESSION = 2;

    /** Stands in for the guarded statement and tells who holds the account's lock. */
    private static final String WHO_HOLDS = """
            SELECT coalesce(max(CASE WHEN pid = pg_backend_pid() THEN 1 ELSE 2 END), 0)
            FROM pg_locks
            WHERE locktype = 'advisory' AND objsubid = 1 AND granted
              AND (classid::bigint << 32 | objid::bigint) = %d AND ? = %d
            """.formatted(PostgresOverhead.LOCK, PostgresOverhead.ID);

    private static BenchmarkPostgres postgres;

    private final PostgresOverhead benchmarks = new PostgresOverhead();
    private final PostgresOverhead.ByHand byHand = new PostgresOverhead.ByHand();
    private final PostgresOverhead.Guarded guarded = new PostgresOverhead.Guarded();

    @BeforeAll
    static void start() throws SQLException {
        postgres = BenchmarkPostgres.start();
        PostgresOverhead.createTable(postgres.url());
    }

    @AfterAll
    static void stop() {
        postgres.close();
    }

    @BeforeEach
    void setUp() {
        byHand.url = postgres.url();
        guarded.url = postgres.url();
    }

    @AfterEach
    void nobodyHoldsTheLockAfterwards() throws SQLException {
        assertThat(jdbc().queryForObject(WHO_HOLDS, Long.class, PostgresOverhead.ID))
                .isEqualTo(NOBODY);
        byHand.tearDown();
        guarded.tearDown();
    }

    @Test
    void locksAreHeldWhileTheStatementRuns() throws SQLException {
        byHand.setUp(WHO_HOLDS);
        guarded.setUp(WHO_HOLDS);

        assertThat(benchmarks.transactionAlone(byHand)).isEqualTo(NOBODY);
        assertThat(benchmarks.transactionLockByHand(byHand)).isEqualTo(OWN_SESSION);
        assertThat(benchmarks.transactionLock(guarded)).isEqualTo(OWN_SESSION);
        assertThat(benchmarks.sessionLockByHand(byHand)).isEqualTo(ANOTHER_SESSION);
        assertThat(benchmarks.sessionLock(guarded)).isEqualTo(ANOTHER_SESSION);
    }

    @Test
    void statementReadsTheAccount() throws SQLException {
        byHand.setUp();
        guarded.setUp();

        assertThat(benchmarks.transactionAlone(byHand)).isEqualTo(100);
        assertThat(benchmarks.transactionLock(guarded)).isEqualTo(100);
    }

    @Test
    void commitsAreDurable() throws SQLException {
        byHand.setUp();
        guarded.setUp();

        assertThat(jdbc().queryForObject("SHOW fsync", String.class)).isEqualTo("on");
        assertThat(jdbc().queryForObject("SHOW synchronous_commit", String.class))
                .isEqualTo("on");
    }

    private static JdbcTemplate jdbc() {
        return new JdbcTemplate(BenchmarkPostgres.direct(postgres.url()));
    }
}
