package dev.interlock.lock;

import dev.interlock.observation.InterlockMeter;
import dev.interlock.observation.InterlockSpan;
import dev.interlock.observation.ObservationSink;
import dev.interlock.observation.ObservationSink.Counting;
import dev.interlock.observation.ObservationSink.Timing;
import dev.interlock.observation.OutcomeTimers;
import dev.interlock.observation.Section;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What is measured of the locks of one name in one space. There is none while nobody listens. Thread-safe. */
final class LockMeters {

    private final ObservationSink sink;
    private final String name;
    private final String backend;
    private final OutcomeTimers acquired;
    private final Timing held;
    private final Counting lost;
    private final Counting fenceRejected;
    private final Counting handedOff;

    LockMeters(ObservationSink sink, String name, String backend) {
        this.sink = sink;
        this.name = name;
        this.backend = backend;
        this.acquired = new OutcomeTimers(sink, InterlockMeter.LOCK_ACQUIRE, name, backend);
        this.held = sink.timer(InterlockMeter.LOCK_HOLD, name, backend);
        this.lost = sink.counter(InterlockMeter.LOCK_LOST, name, backend);
        this.fenceRejected = sink.counter(InterlockMeter.LOCK_FENCE_REJECTED, name);
        this.handedOff = sink.counter(InterlockMeter.LOCK_HANDOFFS, backend);
    }

    /** Somebody asks for locks from now on. */
    Asking asks() {
        return new Asking(sink.begin(InterlockSpan.LOCK, null, name, backend));
    }

    void held(long nanos) {
        held.record(nanos);
    }

    void lost() {
        lost.increment();
    }

    void fenceRejected() {
        fenceRejected.increment();
    }

    void handedOff() {
        handedOff.increment();
    }

    /** One call that asks for its locks, until it has them or has not. Confined to the thread of the call. */
    final class Asking {

        private final Section section;
        private final long begunNanos = System.nanoTime();

        private Asking(Section section) {
            this.section = section;
        }

        /** All of them are there. */
        void got(List<Hold> holds) {
            boolean fresh = false;
            boolean lost = false;
            long endNanos = begunNanos;
            for (Hold hold : holds) {
                lost |= hold.isLost();
                if (hold.sinceNanos() - endNanos >= 0) {
                    fresh = true;
                    endNanos = hold.sinceNanos();
                }
            }
            end(lost ? "lost" : fresh ? "acquired" : "reentered", fresh ? endNanos : System.nanoTime(), null);
        }

        /** All of them are there, in a transaction. */
        void gotInTransaction(boolean fresh) {
            end(fresh ? "acquired" : "reentered", System.nanoTime(), null);
        }

        /** They are not to be had. */
        void failed(Throwable failure) {
            end(outcome(failure), System.nanoTime(), failure);
        }

        private void end(String outcome, long nowNanos, @Nullable Throwable failure) {
            acquired.record(outcome, nowNanos - begunNanos);
            section.end(outcome, failure);
        }

        private static String outcome(Throwable failure) {
            if (failure instanceof LockNotAcquiredException refusal && refusal.isBusy()) {
                return "timeout";
            }
            return failure.getCause() instanceof InterruptedException ? "interrupted" : Section.ERROR;
        }
    }
}
