package dev.interlock.fanout;

import org.jspecify.annotations.Nullable;

/**
 * One outside call of a {@link FanOut}; the calls for several items run on several threads at the same time.
 *
 * <p>When its time is up, its thread is interrupted. A call that does not react to that goes on and keeps its permit until it
 * returns, so give the client that it uses time-outs of its own.
 */
@FunctionalInterface
public interface FanOutCall<T, R extends @Nullable Object> {

    /** @throws Exception whatever the call fails with; an error is a {@linkplain CallOutcome.Failed failure} too */
    R call(T item) throws Exception;
}
