package dev.interlock.guard;

import org.jspecify.annotations.Nullable;

/**
 * One layer around a guarded method.
 *
 * @param stage where the layer stands
 * @param description what it does, for the printed plan
 * @param advice its behaviour; shared by all calls, so it must be thread-safe
 */
public record GuardStep(GuardStage stage, String description, Advice advice) {

    /** Behaviour of a layer. */
    @FunctionalInterface
    public interface Advice {

        /** Runs {@code next} zero or more times around whatever the layer does. */
        @Nullable
        Object around(GuardedCall call, Next next) throws Throwable;
    }

    /** The layers further in, ending with the method itself. */
    @FunctionalInterface
    public interface Next {

        @Nullable
        Object proceed(GuardedCall call) throws Throwable;
    }
}
