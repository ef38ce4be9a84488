package dev.interlock.spring;

import dev.interlock.guard.Deadline;
import dev.interlock.key.LockKey;
import dev.interlock.lock.LockBackend;
import dev.interlock.lock.TransactionLockBackend;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Stands where no backend can be, and says so at start-up to each guard that would use it.
 *
 * @param why what is missing, and the remedy
 */
record UnusableLocks(String why) implements LockBackend, TransactionLockBackend {

    @Override
    public String name() {
        return "none";
    }

    @Override
    public Optional<String> problem() {
        return Optional.of(why);
    }

    @Override
    public @Nullable Object resource() {
        return null;
    }

    @Override
    public Acquisition acquire(LockKey key, Deadline deadline) {
        return new Acquisition.Unavailable(why, null);
    }

    @Override
    public Attempt tryLock(LockKey key) {
        return new Attempt.Impossible(why, null);
    }

    @Override
    public Attempt lock(LockKey key, Deadline deadline) {
        return tryLock(key);
    }

    @Override
    public String describeHolder(LockKey key) {
        return "nobody";
    }
}
