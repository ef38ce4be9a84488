package dev.interlock.fanout;

import dev.interlock.observation.InterlockMeter;
import dev.interlock.observation.InterlockSpan;
import dev.interlock.observation.ObservationSink;
import dev.interlock.observation.OutcomeTimers;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;

/** What is measured of the calls of one fan-out. Thread-safe. */
final class CallMeters {

    private final ObservationSink sink;
    private final OutcomeTimers timers;
    private final @Nullable Object parent;

    /** Of a fan-out that begins on this thread. */
    CallMeters(ObservationSink sink) {
        this.sink = sink;
        this.timers = new OutcomeTimers(sink, InterlockMeter.FANOUT_CALLS);
        this.parent = sink.here();
    }

    /** The call as a section of its own, on the thread that it runs on. */
    @SuppressWarnings({"unchecked", "NullAway"}) // generic nullability is beyond the checker
    <R extends @Nullable Object> Callable<R> observed(Callable<? extends R> call) {
        ObservationSink told = sink;
        Object from = parent;
        return () -> {
            try {
                return (R) told.begin(InterlockSpan.FANOUT_CALL, from).around(call::call);
            } catch (Exception | Error thrown) {
                throw thrown;
            } catch (Throwable impossible) {
                throw new IllegalStateException(impossible);
            }
        };
    }

    <R extends @Nullable Object> void ended(CallOutcome<R> outcome, long nanos) {
        timers.record(name(outcome), nanos);
    }

    /** Given up before it had a permit. */
    void notStarted() {
        timers.record("not_started", 0);
    }

    private static <R extends @Nullable Object> String name(CallOutcome<R> outcome) {
        if (outcome instanceof CallOutcome.Succeeded) {
            return "succeeded";
        }
        if (outcome instanceof CallOutcome.Failed) {
            return "failed";
        }
        if (outcome instanceof CallOutcome.TimedOut<R> late) {
            return late.started() ? "timed_out" : "not_started";
        }
        return outcome instanceof CallOutcome.Cancelled<R> cancelled && cancelled.started()
                ? "cancelled"
                : "not_started";
    }
}
