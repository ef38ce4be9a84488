package dev.interlock.fanout;

import java.time.Duration;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.springframework.core.task.TaskDecorator;

/** How a fan-out is to be run. */
record FanOutSettings(
        int maxConcurrency,
        Duration callTimeout,
        Duration totalTimeout,
        OnFailure onFailure,
        @Nullable FanOutLimit limit,
        TaskDecorator decorator) {

    private static final int MOST_AT_ONCE = 1_000;
    private static final Duration LONGEST = Duration.ofDays(1);

    FanOutSettings {
        if (maxConcurrency < 1 || maxConcurrency > MOST_AT_ONCE) {
            throw new IllegalArgumentException(
                    "FanOut.maxConcurrency must be 1 to " + MOST_AT_ONCE + ", not " + maxConcurrency);
        }
        requireTime("callTimeout", callTimeout);
        requireTime("totalTimeout", totalTimeout);
        Objects.requireNonNull(onFailure, "FanOut.onFailure must not be null; it is FAIL_FAST or COLLECT");
        Objects.requireNonNull(decorator, "FanOut.decorator must not be null; task -> task carries nothing");
    }

    static FanOutSettings defaults() {
        return new FanOutSettings(
                8,
                Duration.ofSeconds(10),
                Duration.ofSeconds(30),
                OnFailure.FAIL_FAST,
                null,
                ContextPropagation.decorator());
    }

    FanOutSettings withMaxConcurrency(int calls) {
        return new FanOutSettings(calls, callTimeout, totalTimeout, onFailure, limit, decorator);
    }

    FanOutSettings withCallTimeout(Duration timeout) {
        return new FanOutSettings(maxConcurrency, timeout, totalTimeout, onFailure, limit, decorator);
    }

    FanOutSettings withTotalTimeout(Duration timeout) {
        return new FanOutSettings(maxConcurrency, callTimeout, timeout, onFailure, limit, decorator);
    }

    FanOutSettings withOnFailure(OnFailure policy) {
        return new FanOutSettings(maxConcurrency, callTimeout, totalTimeout, policy, limit, decorator);
    }

    FanOutSettings withLimit(FanOutLimit shared) {
        return new FanOutSettings(maxConcurrency, callTimeout, totalTimeout, onFailure, shared, decorator);
    }

    FanOutSettings withDecorator(TaskDecorator other) {
        return new FanOutSettings(maxConcurrency, callTimeout, totalTimeout, onFailure, limit, other);
    }

    private static void requireTime(String setting, Duration time) {
        Objects.requireNonNull(time, "FanOut." + setting + " must not be null; every call has a bound in time");
        if (time.isNegative() || time.isZero() || time.compareTo(LONGEST) > 0) {
            throw new IllegalArgumentException(
                    "FanOut." + setting + " must be more than zero and at most one day, not " + time);
        }
    }
}
