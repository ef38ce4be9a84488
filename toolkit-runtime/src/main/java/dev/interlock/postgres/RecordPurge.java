package dev.interlock.postgres;

import dev.interlock.guard.Clock;
import dev.interlock.idempotency.HeldRecord;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import javax.sql.DataSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Removes expired records of one database about every ten minutes, at another time on each node, and reports those that are
 * held, which it leaves.
 *
 * <p><b>Concurrency.</b> One thread, which keeps no connection between two batches. A batch is one statement and one
 * transaction: it runs on one node at a time, by an advisory lock that it does not wait for, and passes over rows that
 * somebody is just renewing. A record that it removes could have been overwritten by any call of its key.
 */
public final class RecordPurge implements AutoCloseable {

    /** Records removed by one transaction at most. */
    static final int BATCH = 1_000;

    private static final Logger log = LoggerFactory.getLogger(RecordPurge.class);
    private static final long PERIOD_MILLIS = TimeUnit.MINUTES.toMillis(10);
    private static final Duration BETWEEN_BATCHES = Duration.ofMillis(50);
    private static final int MOST_REPORTED = 1_000;
    private static final long KEY = 0x696e7465726c6964L;

    /** Time stands still within the statement, so that the index on it can be used. */
    private static final String PURGE = """
            WITH turn AS MATERIALIZED (SELECT pg_catalog.pg_try_advisory_xact_lock(%d) AS ours),
            old AS MATERIALIZED (
                SELECT id FROM interlock_idempotency
                WHERE (SELECT ours FROM turn) AND expires_at <= pg_catalog.now()
                    AND (state = 'done' OR NOT hold AND lease_until <= pg_catalog.now())
                ORDER BY expires_at LIMIT ? FOR UPDATE SKIP LOCKED)
            DELETE FROM interlock_idempotency r USING old WHERE r.id = old.id
            """.formatted(KEY);

    private final OwnConnection own;
    private final PostgresLeases leases;
    private final ScheduledThreadPoolExecutor thread;

    /** Starts the purge of a database; it ends when this is closed. */
    public RecordPurge(DataSource dataSource) {
        this.own = new OwnConnection(BoundConnection.target(dataSource));
        this.leases = new PostgresLeases(dataSource, Clock.SYSTEM);
        this.thread = new ScheduledThreadPoolExecutor(1, task -> {
            Thread worker = new Thread(task, "interlock-idempotency-purge");
            worker.setDaemon(true);
            return worker;
        });
        schedule();
    }

    private void schedule() {
        long delay = PERIOD_MILLIS / 2 + ThreadLocalRandom.current().nextLong(PERIOD_MILLIS);
        thread.schedule(this::run, delay, TimeUnit.MILLISECONDS);
    }

    private void run() {
        try {
            purge();
            report();
        } catch (InterruptedException closed) {
            Thread.currentThread().interrupt();
        } catch (RuntimeException failure) {
            log.warn("Expired records of idempotent calls could not be removed: {}", failure.getMessage());
        } finally {
            if (!thread.isShutdown()) {
                schedule();
            }
        }
    }

    /**
     * Removes what has expired, batch after batch.
     *
     * @return how many; 0 also if another node is at it
     */
    long purge() throws InterruptedException {
        long removed = 0;
        int batch;
        do {
            batch = own.run("The purge of expired records", RecordPurge::batch);
            removed += batch;
            if (batch == BATCH) {
                Clock.SYSTEM.sleep(BETWEEN_BATCHES);
            }
        } while (batch == BATCH);
        if (removed > 0) {
            log.debug("{} expired records of idempotent calls were removed", removed);
        }
        return removed;
    }

    private static int batch(Connection connection) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(PURGE)) {
            statement.setInt(1, BATCH);
            return statement.executeUpdate();
        }
    }

    /** Warns of records that are held, if there are any. */
    void report() {
        List<HeldRecord> held = leases.held(MOST_REPORTED);
        if (!held.isEmpty()) {
            log.warn(
                    "{}{} idempotent calls are held, since nobody knows whether they had their effect; the oldest began at {}"
                            + " in '{}'. List and resolve them with HeldRecords",
                    held.size() == MOST_REPORTED ? "At least " : "",
                    held.size(),
                    held.get(0).claimedAt(),
                    held.get(0).name());
        }
    }

    @Override
    public void close() {
        thread.shutdownNow();
    }
}
