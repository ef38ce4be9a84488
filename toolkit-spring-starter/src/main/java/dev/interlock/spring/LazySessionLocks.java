package dev.interlock.spring;

import dev.interlock.guard.Deadline;
import dev.interlock.key.LockKey;
import dev.interlock.lock.FencingTokens;
import dev.interlock.lock.LockBackend;
import dev.interlock.lock.LockHealth;
import dev.interlock.lock.LockRequest;
import dev.interlock.lock.LockSightings;
import dev.interlock.postgres.PostgresSessionLocks;
import java.util.Collection;
import java.util.Optional;
import java.util.OptionalLong;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/**
 * Session locks that cost no thread and no connection until a guard uses them, and that are checked to be in the database
 * of their DataSource then.
 *
 * <p>Thread-safe. After {@link #destroy} every acquisition is refused, whether the locks were in use before or not.
 */
final class LazySessionLocks implements LockBackend, FencingTokens {

    private final DataSource source;
    private final DataSource dataSource;
    private final PostgresSessionLocks.Settings settings;
    private volatile boolean sound;
    private volatile @Nullable PostgresSessionLocks started;
    private boolean destroyed;

    /**
     * @param source gives the lock connections
     * @param dataSource what transactions of the guarded methods use
     */
    LazySessionLocks(DataSource source, DataSource dataSource, PostgresSessionLocks.Settings settings) {
        this.source = source;
        this.dataSource = dataSource;
        this.settings = settings;
    }

    @Override
    public String name() {
        return "postgres";
    }

    /** {@inheritDoc} Asked by every guard that locks here or draws tokens here; once there was none, there is none. */
    @Override
    public Optional<String> problem() {
        if (sound) {
            return Optional.empty();
        }
        Optional<String> problem = locks().problem().or(() -> SameDatabase.problem(source, dataSource));
        sound = problem.isEmpty();
        return problem;
    }

    @Override
    public Acquisition acquire(LockRequest request, Deadline deadline) throws InterruptedException {
        return locks().acquire(request, deadline);
    }

    @Override
    public OptionalLong draw() {
        return locks().draw();
    }

    @Override
    public String describeHolder(LockKey key) {
        return locks().describeHolder(key);
    }

    @Override
    public LockSightings sightings(Collection<LockKey> known) {
        return locks().sightings(known);
    }

    @Override
    public LockHealth health() {
        PostgresSessionLocks locks = started;
        return locks == null ? LockHealth.unused() : locks.health();
    }

    private PostgresSessionLocks locks() {
        PostgresSessionLocks locks = started;
        return locks != null ? locks : start();
    }

    private synchronized PostgresSessionLocks start() {
        PostgresSessionLocks locks = started;
        if (locks == null) {
            locks = new PostgresSessionLocks(source, settings);
            started = locks;
            if (destroyed) {
                locks.destroy();
            }
        }
        return locks;
    }

    void destroy() {
        PostgresSessionLocks locks;
        synchronized (this) {
            destroyed = true;
            locks = started;
        }
        if (locks != null) {
            locks.destroy();
        }
    }
}
