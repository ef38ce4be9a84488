package dev.interlock.postgres;

import dev.interlock.guard.Deadline;
import dev.interlock.key.LockKey;
import dev.interlock.lock.FencingTokens;
import dev.interlock.lock.LockBackend;
import dev.interlock.lock.LockHealth;
import dev.interlock.lock.LockRequest;
import dev.interlock.lock.LockSightings;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import javax.sql.DataSource;
import org.springframework.beans.factory.DisposableBean;

/**
 * Session-level advisory locks on connections of the toolkit's own, never those of the application's pool, and the sequence
 * that fencing tokens come from.
 *
 * <p>At most five connections, however many callers wait: one holds locks, up to three wait in Postgres' queues for what other
 * processes hold, one answers questions. When a connection is lost, all holds on it are lost at once.
 *
 * <p>Thread-safe. Callers may be interrupted at any time; virtual threads never touch a connection.
 */
public final class PostgresSessionLocks implements LockBackend, FencingTokens, DisposableBean {

    /**
     * How the engine behaves.
     *
     * @param applicationName what {@code pg_stat_activity} shows for the lock connections
     * @param maxHeld most locks held at a time by this JVM, 1 or more; Postgres keeps them in shared memory, and thousands in
     *     one session can keep others from connecting
     */
    public record Settings(String applicationName, int maxHeld) {}

    private static final long ONE_ANSWER_MILLIS = 1_000;
    private static final long HEALTH_MILLIS = 3_000;

    private final DataSource source;
    private final Settings settings;
    private final SessionLockEngine engine;

    /** @param source gives connections that are not pooled with the application's, and that reach Postgres itself */
    public PostgresSessionLocks(DataSource source, Settings settings) {
        this.source = source;
        this.settings = settings;
        this.engine = new SessionLockEngine(source, settings);
    }

    @Override
    public String name() {
        return "postgres";
    }

    @Override
    public Optional<String> problem() {
        return SessionLockProbe.problem(source, settings.applicationName());
    }

    @Override
    public Acquisition acquire(LockRequest request, Deadline deadline) throws InterruptedException {
        return engine.acquire(request, deadline);
    }

    @Override
    public String describeHolder(LockKey key) {
        return engine.service()
                .ask(connection -> LockQueries.holder(connection.jdbc(), key.id()), ONE_ANSWER_MILLIS)
                .orElse("unknown");
    }

    @Override
    public LockSightings sightings(Collection<LockKey> known) {
        List<LockKey> keys = List.copyOf(known);
        ServiceConnection.Reply<LockSightings> reply = engine.service()
                .replyAfterAll(connection -> LockQueries.sightings(connection.jdbc(), keys), ONE_ANSWER_MILLIS);
        LockSightings sightings = reply.answer();
        return sightings != null ? sightings : LockSightings.failed(String.valueOf(reply.problem()));
    }

    /**
     * {@inheritDoc}
     *
     * <p>While the connection that holds the locks is there, nothing is asked: its heartbeat gives it up within seconds if the
     * server is gone. Otherwise the server is asked on the connection for questions, which is what a caller's lock would need.
     */
    @Override
    public LockHealth health() {
        SessionLink link = engine.main().link();
        if (link != null) {
            long silent = System.nanoTime() - engine.main().answeredNanos();
            return LockHealth.up(link.epoch().place(), Duration.ofNanos(Math.max(0, silent)));
        }
        ServiceConnection.Reply<Integer> reply =
                engine.service().replyAfterAll(SessionConnection::backendPid, HEALTH_MILLIS);
        return reply.answer() != null
                ? LockHealth.up(null, Duration.ZERO)
                : LockHealth.down(String.valueOf(reply.problem()));
    }

    /**
     * The first number of a new block, drawn within a second.
     *
     * <p>Postgres writes the sequence to its log 32 draws ahead, not waiting for the disk: after a crash a number may be drawn
     * again, but none that a committed claim of a fence bears, since the commit made the log durable beyond its draw.
     */
    @Override
    public OptionalLong draw() {
        return engine.drawToken(TimeUnit.MILLISECONDS.toNanos(ONE_ANSWER_MILLIS));
    }

    /**
     * Removes fences that nobody has claimed for the given time; runs by itself about once an hour for those of seven days.
     * Tokens that were stale stay so.
     *
     * @param retention longer than any lock is held
     * @return how many were removed; fewer than there are if another node is purging or Postgres fails
     */
    public long purgeFences(Duration retention) {
        long removed = 0;
        int batch;
        do {
            batch = engine.service()
                    .ask(
                            connection -> FencePurge.batch(connection.jdbc(), retention),
                            2L * SessionConnection.ANSWER_MILLIS)
                    .orElse(0);
            removed += batch;
        } while (batch == FencePurge.BATCH);
        return removed;
    }

    @Override
    public void destroy() {
        engine.close();
    }
}
