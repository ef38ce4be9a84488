package dev.interlock.postgres;

import dev.interlock.guard.Deadline;
import dev.interlock.key.LockKey;
import dev.interlock.lock.LockBackend;
import dev.interlock.lock.LockRequest;
import dev.interlock.lock.LockSighting;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import javax.sql.DataSource;
import org.springframework.beans.factory.DisposableBean;

/**
 * {@code pg_try_advisory_lock} on a connection of the toolkit's own, never one of the application's pool.
 *
 * <p>Who waits for another process polls with growing, jittered pauses on its own thread; no connection is held by waiting.
 */
public final class PostgresSessionLocks implements LockBackend, DisposableBean {

    /**
     * How the engine behaves.
     *
     * @param applicationName what {@code pg_stat_activity} shows for the lock connection
     * @param maxHeld most locks held at a time by this JVM, 1 or more; Postgres keeps them in shared memory, and thousands in
     *     one session can keep others from connecting
     */
    public record Settings(String applicationName, int maxHeld) {}

    private static final Duration FIRST_PAUSE = Duration.ofMillis(2);
    private static final Duration LONGEST_PAUSE = Duration.ofMillis(50);
    private static final Duration ONE_ANSWER = Duration.ofSeconds(1);

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
        Duration pause = FIRST_PAUSE;
        while (true) {
            Acquisition attempt = await(engine.tryLock(request.key()), deadline);
            if (attempt instanceof Acquisition.Granted || !deadline.sleep(jittered(pause))) {
                return attempt;
            }
            pause = pause.multipliedBy(2);
            if (pause.compareTo(LONGEST_PAUSE) > 0) {
                pause = LONGEST_PAUSE;
            }
        }
    }

    @Override
    public String describeHolder(LockKey key) {
        try {
            return engine.holder(key)
                    .get(ONE_ANSWER.toMillis(), TimeUnit.MILLISECONDS)
                    .orElse("nobody now");
        } catch (InterruptedException interrupt) {
            Thread.currentThread().interrupt();
            return "unknown";
        } catch (ExecutionException | TimeoutException unanswered) {
            return "unknown";
        }
    }

    @Override
    public List<LockSighting> sightings(Collection<LockKey> known) {
        return List.of();
    }

    @Override
    public void destroy() {
        engine.close();
    }

    /** Waits for the answer to one attempt; even a wait of zero leaves the server time for one. */
    private static Acquisition await(CompletableFuture<Acquisition> reply, Deadline deadline)
            throws InterruptedException {
        long patience = Math.max(deadline.remainingNanos(), ONE_ANSWER.toNanos());
        try {
            return reply.get(patience, TimeUnit.NANOSECONDS);
        } catch (TimeoutException unanswered) {
            return reply.cancel(false)
                    ? new Acquisition.Unavailable("Postgres did not answer", unanswered)
                    : reply.join();
        } catch (ExecutionException impossible) {
            return new Acquisition.Unavailable("the engine failed", impossible.getCause());
        } catch (InterruptedException interrupt) {
            if (!reply.cancel(false) && reply.join() instanceof Acquisition.Granted granted) {
                granted.hold().release(Duration.ZERO);
            }
            throw interrupt;
        }
    }

    private static Duration jittered(Duration pause) {
        long nanos = pause.toNanos();
        return Duration.ofNanos(nanos / 2 + ThreadLocalRandom.current().nextLong(nanos / 2 + 1));
    }
}
