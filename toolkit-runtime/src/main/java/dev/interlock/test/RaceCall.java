package dev.interlock.test;

import org.jspecify.annotations.Nullable;

/** One call of a {@link Race}; all callers call the same object at the same time. */
@FunctionalInterface
public interface RaceCall<T extends @Nullable Object> {

    /**
     * Returns or throws what becomes the {@linkplain RaceOutcome outcome} of the call.
     *
     * @throws Exception whatever the call ends with; an error is an outcome too
     */
    T call(Caller caller) throws Exception;
}
