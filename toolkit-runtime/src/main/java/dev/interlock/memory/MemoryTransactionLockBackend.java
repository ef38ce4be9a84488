package dev.interlock.memory;

import dev.interlock.annotation.LockMode;
import dev.interlock.guard.ChainHold;
import dev.interlock.guard.Clock;
import dev.interlock.guard.CommitCheck;
import dev.interlock.guard.Deadline;
import dev.interlock.guard.TransactionScope;
import dev.interlock.key.LockKey;
import dev.interlock.lock.BackendHold;
import dev.interlock.lock.LockBackend.Acquisition;
import dev.interlock.lock.LockRequest;
import dev.interlock.lock.TransactionLockBackend;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Transaction locks of one JVM: the session locks of the same memory, released when the transaction has ended. */
public final class MemoryTransactionLockBackend implements TransactionLockBackend {

    private final MemoryLockBackend locks;

    /** What the attempts of this thread have taken that belong together. */
    private final ThreadLocal<@Nullable List<BackendHold>> taking = new ThreadLocal<>();

    public MemoryTransactionLockBackend(MemoryLockBackend locks) {
        this.locks = locks;
    }

    @Override
    public String name() {
        return locks.name();
    }

    @Override
    public @Nullable Object resource() {
        return null;
    }

    @Override
    public Optional<String> problem() {
        return Optional.empty();
    }

    @Override
    public Attempt tryLock(LockKey key, LockMode mode) {
        try {
            return lock(key, mode, Deadline.after(Clock.SYSTEM, Duration.ZERO));
        } catch (InterruptedException interrupt) {
            Thread.currentThread().interrupt();
            return new Attempt.Busy();
        }
    }

    @Override
    public Attempt lock(LockKey key, LockMode mode, Deadline deadline) throws InterruptedException {
        TransactionScope transaction = TransactionScope.active();
        if (transaction == null) {
            return new Attempt.Impossible("there is no transaction to carry it", null);
        }
        if (locks.acquire(new LockRequest(key, mode, false, Duration.ZERO), deadline)
                instanceof Acquisition.Granted granted) {
            transaction.bind(new InTransaction(granted.hold()));
            List<BackendHold> together = taking.get();
            if (together != null) {
                together.add(granted.hold());
            }
            return new Attempt.Locked();
        }
        return new Attempt.Busy();
    }

    @Override
    public Attempt allOrNothing(Attempts attempts) throws InterruptedException {
        List<BackendHold> taken = new ArrayList<>();
        taking.set(taken);
        boolean locked = false;
        try {
            Attempt attempt = attempts.make();
            locked = attempt instanceof Attempt.Locked;
            return attempt;
        } finally {
            taking.remove();
            if (!locked) {
                taken.forEach(hold -> hold.release(Duration.ZERO));
            }
        }
    }

    /** Found by nobody; there to be released with the transaction. */
    private record InTransaction(BackendHold hold) implements ChainHold {

        @Override
        public boolean standsFor(Object key) {
            return false;
        }

        @Override
        public boolean isEffective() {
            return !isReleased();
        }

        @Override
        public boolean isReleased() {
            return hold.known() == BackendHold.State.LOST;
        }

        @Override
        public void beforeCommit(CommitCheck check) {}

        @Override
        public void unbound(TransactionScope scope) {
            hold.release(Duration.ZERO);
        }
    }
}
