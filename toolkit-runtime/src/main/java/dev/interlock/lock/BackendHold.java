package dev.interlock.lock;

import java.util.concurrent.CompletableFuture;

/** One lock as its backend holds it. Thread-safe; any thread may release it. */
public interface BackendHold {

    /** Whether the lock stood at the moment asked about. */
    enum State {
        HELD,
        LOST
    }

    /** What is known without asking the backend; a lost hold never becomes held again. */
    State known();

    /** Asks the backend. Returns {@link State#LOST} if it does not answer. */
    State verify();

    /**
     * Gives the lock back; called once.
     *
     * @return whether it was held to the end; completes within a bounded time and never exceptionally
     */
    CompletableFuture<State> release();
}
