package dev.interlock.lock;

import dev.interlock.lock.BackendHold.State;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * Runs a body under its locks and gives them back, whatever happens: the end of the body, of its stage, of a surrounding
 * transaction. A loss is told as the result, or as a suppressed exception of the body's own failure.
 */
final class LockedSection {

    private LockedSection() {}

    /** What runs under the locks. */
    @FunctionalInterface
    interface Body {

        @Nullable
        Object run() throws Throwable;
    }

    /** @param stage whether a stage that the body returns is part of it */
    static @Nullable Object run(HeldLocks held, boolean stage, Body body) throws Throwable {
        Object result;
        try {
            result = runOnStack(held, body);
        } catch (Throwable thrown) {
            throw withLoss(thrown, held.release().join(), held);
        }
        return stage && result != null ? releaseAfter((CompletionStage<?>) result, held) : releaseNow(result, held);
    }

    private static @Nullable Object runOnStack(HeldLocks held, Body body) throws Throwable {
        held.enter();
        try {
            return held.terms().interruptOnLoss() ? LossInterrupt.run(held, body) : body.run();
        } finally {
            held.exit();
        }
    }

    private static @Nullable Object releaseNow(@Nullable Object result, HeldLocks held) {
        if (held.release().join() == State.LOST) {
            throw lost(held);
        }
        return result;
    }

    /** Ends as the stage does, but not before the locks are released. */
    private static CompletionStage<?> releaseAfter(CompletionStage<?> stage, HeldLocks held) throws Throwable {
        CompletableFuture<@Nullable Object> released = new CompletableFuture<>();
        try {
            stage.whenComplete((value, failure) -> held.release().thenAccept(state -> {
                if (failure != null) {
                    released.completeExceptionally(withLoss(failure, state, held));
                } else if (state == State.LOST) {
                    released.completeExceptionally(lost(held));
                } else {
                    released.complete(value);
                }
            }));
        } catch (Throwable noStage) {
            throw withLoss(noStage, held.release().join(), held);
        }
        return released;
    }

    private static Throwable withLoss(Throwable thrown, State state, HeldLocks held) {
        if (state == State.LOST && !(thrown instanceof LockLostException)) {
            thrown.addSuppressed(lost(held));
        }
        return thrown;
    }

    private static LockLostException lost(HeldLocks held) {
        return LockMessages.lost(held.holds().get(0).target().key(), "while the body ran");
    }
}
