package dev.interlock.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import dev.interlock.guard.Clock;
import dev.interlock.testing.PostgresServer;
import java.sql.Connection;
import java.sql.Statement;
import java.util.List;
import java.util.Objects;
import javax.sql.DataSource;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;
import org.springframework.jdbc.core.simple.JdbcClient;

class RecordPurgeTest {

    private final DataSource database = Databases.create(PostgresServer.script("V3__idempotency.sql"));
    private final JdbcClient jdbc = JdbcClient.create(database);
    private final RecordPurge purge = new RecordPurge(database);

    @AfterEach
    void close() {
        purge.close();
    }

    @Test
    void expiredRecordsGoInBatchesAndLivingOnesStay() throws Exception {
        insert("done", "false", "NULL", "n > 2500");
        assertThat(purge.purge()).isEqualTo(2500);
        assertThat(rows()).isEqualTo(500);
        assertThat(purge.purge()).isZero();
    }

    @Test
    void claimsGoWhenTheyAreOverAndHeldOnesNever() throws Exception {
        insert(
                "claimed",
                "n % 2 = 0",
                "now() + CASE WHEN n <= 2000 THEN interval '-1 hour' ELSE interval '1 hour' END",
                "false");
        assertThat(purge.purge()).isEqualTo(1000);
        assertThat(jdbc.sql("SELECT count(*) FROM interlock_idempotency WHERE hold AND lease_until < now()")
                        .query(Integer.class)
                        .single())
                .isEqualTo(1000);
        assertThat(new PostgresLeases(database, Clock.SYSTEM).held(5000)).hasSize(1000);
        assertThat(rows()).isEqualTo(2000);
    }

    @Test
    void whatIsHeldIsReportedAndNothingElseIs() throws Exception {
        insert(
                "claimed",
                "n > 3",
                "now() + CASE WHEN n <= 5 THEN interval '-1 hour' ELSE interval '1 hour' END",
                "true");
        assertThat(reports())
                .singleElement()
                .satisfies(report -> assertThat(report)
                        .startsWith(
                                "2 idempotent calls are held, since nobody knows whether they had their effect; the oldest began at ")
                        .endsWith(" in 'n'. List and resolve them with HeldRecords"));
        jdbc.sql("UPDATE interlock_idempotency SET lease_until = now() - interval '1 minute' WHERE hold")
                .update();
        assertThat(reports())
                .singleElement()
                .satisfies(report -> assertThat(report).startsWith("At least 1000 idempotent calls"));
        jdbc.sql("UPDATE interlock_idempotency SET hold = false").update();
        assertThat(reports()).isEmpty();
    }

    private List<String> reports() {
        ListAppender<ILoggingEvent> appender = new ListAppender<>();
        Logger logger = (Logger) LoggerFactory.getLogger(RecordPurge.class);
        appender.start();
        logger.addAppender(appender);
        try {
            purge.report();
        } finally {
            logger.detachAppender(appender);
        }
        return appender.list.stream()
                .filter(event -> event.getLevel() == Level.WARN)
                .map(ILoggingEvent::getFormattedMessage)
                .toList();
    }

    /** @param alive for which numbers the record has not expired */
    private void insert(String state, String hold, String leaseUntil, String alive) {
        jdbc.sql(
                        "INSERT INTO interlock_idempotency (id, name, fingerprint, state, hold, lease_until, created_at, expires_at)"
                                + " SELECT sha256(n::text::bytea), 'n', '', '" + state + "', " + hold + ", "
                                + leaseUntil
                                + ", now() - interval '2 days', now() + CASE WHEN " + alive
                                + " THEN interval '1 day' ELSE interval '-1 day' END FROM generate_series(1, 3000) n")
                .update();
    }

    @Test
    void oneNodePurgesAtATimeAndTheOthersDoNotWait() throws Exception {
        insert("done", "false", "NULL", "false");
        try (Connection other = database.getConnection();
                Statement statement = other.createStatement()) {
            other.setAutoCommit(false);
            statement.execute("SELECT pg_advisory_xact_lock(" + 0x696e7465726c6964L + ")");
            assertThat(purge.purge()).isZero();
            other.rollback();
        }
        assertThat(purge.purge()).isEqualTo(3000);
    }

    @Test
    void aBatchFindsTheOldestByTheIndex() {
        insert("done", "false", "NULL", "n > 10");
        jdbc.sql("ANALYZE interlock_idempotency").update();
        String plan = Objects.requireNonNull(String.join(
                "\n",
                jdbc.sql("EXPLAIN SELECT id FROM interlock_idempotency WHERE expires_at <= now() AND state = 'done'"
                                + " ORDER BY expires_at LIMIT 1000")
                        .query(String.class)
                        .list()));
        assertThat(plan).contains("interlock_idempotency_expires_at");
    }

    private int rows() {
        return jdbc.sql("SELECT count(*) FROM interlock_idempotency")
                .query(Integer.class)
                .single();
    }
}
