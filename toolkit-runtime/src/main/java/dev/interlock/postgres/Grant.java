package dev.interlock.postgres;

import dev.interlock.annotation.LockMode;

/**
 * One lock as a session of Postgres holds it, by one exclusive holder or any number of shared ones.
 *
 * <p>What changes is confined to who serves the session's requests.
 */
final class Grant {

    /** For this long after the server's grant others may join it; later they would overtake exclusive waiters. */
    private static final long YOUNG_NANOS = 50_000_000;

    private final LockSession session;
    private final Epoch epoch;
    private final long id;
    private final LockMode mode;
    private int holders;
    private long confirmedNanos;

    Grant(LockSession session, Epoch epoch, long id, LockMode mode) {
        this.session = session;
        this.epoch = epoch;
        this.id = id;
        this.mode = mode;
    }

    LockSession session() {
        return session;
    }

    Epoch epoch() {
        return epoch;
    }

    long id() {
        return id;
    }

    LockMode mode() {
        return mode;
    }

    /** Whether the server has granted it and somebody holds it. */
    boolean isHeld() {
        return holders > 0;
    }

    boolean isShared() {
        return mode == LockMode.SHARED;
    }

    boolean isYoung() {
        return System.nanoTime() - confirmedNanos < YOUNG_NANOS;
    }

    /** The server has just shown that nobody waits for it exclusively. */
    void confirm() {
        if (isShared()) {
            confirmedNanos = System.nanoTime();
        }
    }

    void join(int more) {
        holders += more;
    }

    /** @return whether that was the last */
    boolean leave() {
        return --holders == 0;
    }
}
