package dev.interlock.lock;

import java.time.Duration;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;

/**
 * One lock as its backend holds it: from the grant to the release, through all hand-offs within this JVM. Thread-safe; any
 * thread may release it. No method throws.
 */
public interface BackendHold {

    /** Whether the lock stood at the moment asked about. */
    enum State {
        HELD,
        LOST
    }

    /** What is known without asking the backend; a lost hold never becomes held again. */
    State known();

    /** Asks the backend, within a bounded time. Returns {@link State#LOST} if it does not answer. */
    State verify();

    /** What a number of holds can be verified by at once, as the connection that carries them; this hold itself if nothing. */
    default Object verifiedWith() {
        return this;
    }

    /**
     * The listener runs once, when the loss becomes known and this hold was not released before; at once if that has happened.
     * It must be quick and not throw. Called at most once for each hold.
     */
    void onLoss(Runnable listener);

    /** The first number of a block of fencing tokens that was drawn with the grant, if one was. */
    default OptionalLong grantedToken() {
        return OptionalLong.empty();
    }

    /**
     * Draws a fencing token, greater than all tokens drawn for this lock before. The following {@link FencingTokens#BLOCK} - 1
     * numbers belong to this hold too.
     *
     * @return empty if the lock was lost by then, or if none can be drawn within a bounded time
     */
    OptionalLong drawToken();

    /** From now on the lock is renewed for this long at most, then it ends with its lease and is lost. */
    default void renewFor(Duration maxHold) {}

    /**
     * Gives the lock back; called once.
     *
     * @param keep how much longer nobody else may take the lock, though this hold has ended; zero for at once. Only backends
     *     with a lease can be asked for more
     * @return whether it was held to the end; completes within a bounded time and never exceptionally
     */
    CompletableFuture<State> release(Duration keep);

    /** Where the lock is held, for operators: as {@code pid 4711}. */
    String place();
}
