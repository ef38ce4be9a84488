package dev.interlock.postgres;

import dev.interlock.lock.BackendHold;
import java.time.Duration;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * One holder's share of a {@link Grant}.
 *
 * <p><b>Release.</b> Waits for its answer, as long as a server that no longer answers is given at most. So nothing of the
 * caller's ever runs on the thread of somebody else who happens to serve the connection.
 */
final class SessionHold implements BackendHold {

    private static final CompletableFuture<State> WAS_HELD = CompletableFuture.completedFuture(State.HELD);
    private static final CompletableFuture<State> WAS_LOST = CompletableFuture.completedFuture(State.LOST);

    private final Grant grant;
    private final AtomicBoolean released = new AtomicBoolean();
    private final AtomicReference<@Nullable Runnable> listener = new AtomicReference<>();
    private final long token;

    /** @param token drawn with the grant, or zero */
    SessionHold(Grant grant, long token) {
        this.grant = grant;
        this.token = token;
    }

    @Override
    public State known() {
        return grant.epoch().isOver() || released.get() ? State.LOST : State.HELD;
    }

    @Override
    public State verify() {
        if (known() == State.LOST) {
            return State.LOST;
        }
        SessionOp op = grant.session().ask(SessionOp.verify(grant.epoch()));
        return op.isAnswered() && op.outcome() == SessionOp.Outcome.DONE ? known() : State.LOST;
    }

    @Override
    public Object verifiedWith() {
        return grant.epoch();
    }

    @Override
    public void onLoss(Runnable told) {
        listener.set(told);
        grant.epoch().watch(this);
        if (released.get()) {
            listener.set(null);
            grant.epoch().forget(this);
        }
    }

    /** After the end of the epoch. */
    void tellLoss() {
        Runnable told = listener.getAndSet(null);
        if (told != null && !released.get()) {
            told.run();
        }
    }

    @Override
    public OptionalLong grantedToken() {
        return token == 0 ? OptionalLong.empty() : OptionalLong.of(token);
    }

    @Override
    public OptionalLong drawToken() {
        SessionOp op = grant.session().ask(SessionOp.token(grant.epoch()));
        return op.isAnswered() && op.outcome() == SessionOp.Outcome.DONE
                ? OptionalLong.of(op.number())
                : OptionalLong.empty();
    }

    @Override
    public CompletableFuture<State> release(Duration keep) {
        if (!released.compareAndSet(false, true)) {
            return WAS_LOST;
        }
        if (listener.getAndSet(null) != null) {
            grant.epoch().forget(this);
        }
        if (grant.epoch().isOver()) {
            return WAS_LOST;
        }
        SessionOp op = grant.session().ask(SessionOp.unlock(grant));
        return op.isAnswered() && op.outcome() == SessionOp.Outcome.DONE ? WAS_HELD : WAS_LOST;
    }

    @Override
    public String place() {
        return grant.epoch().place();
    }
}
