package dev.interlock.lock;

import dev.interlock.lock.BackendHold.State;

/** A lock that code took and gives back itself. Thread-safe; any thread may close it. */
public final class LockHandle implements AutoCloseable {

    private final HeldLocks held;

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
        if (held.release().join() == State.LOST) {
            throw LockMessages.lost(held.holds().get(0).target().key(), "while it was held");
        }
    }
}
