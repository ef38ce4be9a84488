package dev.interlock.fanout;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** What became of one call of a {@link FanOut}, as far as its caller waited for it. */
public sealed interface CallOutcome<R extends @Nullable Object> {

    /** The call returned in time. */
    record Succeeded<R extends @Nullable Object>(R value) implements CallOutcome<R> {}

    /**
     * The call threw in time, or could not be started.
     *
     * @param failure as it was thrown; an {@link Error} too
     */
    record Failed<R extends @Nullable Object>(Throwable failure) implements CallOutcome<R> {}

    /**
     * The call did not end in time: not within its own time, or not before the time of all calls was over.
     *
     * @param after the one of the two times that was exceeded
     * @param started whether it ran; then it was interrupted, its effects are unknown, and it may be running still.
     *     Otherwise it had found no permit and never runs
     */
    record TimedOut<R extends @Nullable Object>(Duration after, boolean started) implements CallOutcome<R> {}

    /**
     * The call was given up because another one failed.
     *
     * @param started whether it ran; then it was interrupted, its effects are unknown, and it may be running still.
     *     Otherwise it never runs
     */
    record Cancelled<R extends @Nullable Object>(boolean started) implements CallOutcome<R> {}
}
