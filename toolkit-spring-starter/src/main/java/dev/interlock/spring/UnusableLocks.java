package dev.interlock.spring;

import dev.interlock.annotation.LockMode;
import dev.interlock.guard.Deadline;
import dev.interlock.key.LockKey;
import dev.interlock.lock.FencingTokens;
import dev.interlock.lock.LockBackend;
import dev.interlock.lock.LockHealth;
import dev.interlock.lock.LockRequest;
import dev.interlock.lock.LockSightings;
import dev.interlock.lock.TransactionLockBackend;
import java.util.Collection;
import java.util.Optional;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * Stands where no backend can be, and says so at start-up to each guard that would use it.
 *
 * @param why what is missing, and the remedy
 */
record UnusableLocks(String why) implements LockBackend, TransactionLockBackend, FencingTokens {

    @Override
    public String name() {
        return "none";
    }

    @Override
    public Optional<String> problem() {
        return Optional.of(why);
    }

    @Override
    public Optional<String> tokenProblem() {
        return problem();
    }

    @Override
    public OptionalLong draw() {
        return OptionalLong.empty();
    }

    @Override
    public @Nullable Object resource() {
        return null;
    }

    @Override
    public Acquisition acquire(LockRequest request, Deadline deadline) {
        return new Acquisition.Unavailable(why, null);
    }

    @Override
    public Attempt tryLock(LockKey key, LockMode mode) {
        return new Attempt.Impossible(why, null);
    }

    @Override
    public Attempt lock(LockKey key, LockMode mode, Deadline deadline) {
        return tryLock(key, mode);
    }

    @Override
    public Attempt allOrNothing(Attempts attempts) throws InterruptedException {
        return attempts.make();
    }

    @Override
    public String describeHolder(LockKey key) {
        return "nobody";
    }

    @Override
    public LockSightings sightings(Collection<LockKey> known) {
        return LockSightings.failed(why);
    }

    @Override
    public LockHealth health() {
        return LockHealth.unused();
    }
}
