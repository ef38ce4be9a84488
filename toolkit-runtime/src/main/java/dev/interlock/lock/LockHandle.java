package dev.interlock.lock;

import dev.interlock.lock.BackendHold.State;
import java.util.concurrent.atomic.AtomicBoolean;

/** A lock that code took and gives back itself. Thread-safe; any thread may close it. */
public final class LockHandle implements AutoCloseable {

    private final HeldLocks held;
    private final AtomicBoolean closed = new AtomicBoolean();

    LockHandle(HeldLocks held) {
        this.held = held;
    }

    /** Whether the lock still stands, and its fencing token. */
    public LockHold hold() {
        return held;
    }

    /**
     * Gives the lock back; the second time does nothing. Inside a transaction that was active when the lock was taken, it is
     * kept until that has ended.
     *
     * @throws LockLostException if the lock was lost while it was held
     */
    @Override
    public void close() {
        if (closed.compareAndSet(false, true) && held.release().join() == State.LOST) {
            throw LockMessages.lost(held.holds().get(0).target().key(), "while it was held");
        }
    }
}
