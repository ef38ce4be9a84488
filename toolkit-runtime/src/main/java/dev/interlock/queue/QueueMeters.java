package dev.interlock.queue;

import dev.interlock.observation.InterlockMeter;
import dev.interlock.observation.InterlockSpan;
import dev.interlock.observation.NamedInstruments;
import dev.interlock.observation.ObservationSink;
import dev.interlock.observation.Observations;
import dev.interlock.observation.OutcomeTimers;
import dev.interlock.observation.Section;
import java.util.Locale;

/** What is measured of the handling of one queue. Thread-safe. */
final class QueueMeters {

    /** What became of one handling of a job or submission. */
    enum Outcome {
        DONE,
        /** It is tried again. */
        FAILED,
        /** It is a dead letter. */
        DEAD,
        /** Left out of its key's order. */
        SKIPPED,
        /** Its key stands still behind it. */
        BLOCKED,
        /** Somebody else has it by now, or it had ended before. */
        LOST,
        /** The process ends, and the attempt does not count. */
        STOPPED,
        /** What became of it could not be recorded, and it is given back. */
        UNRECORDED;

        private final String tag = name().toLowerCase(Locale.ROOT);
    }

    private final Observations observations;
    private final NamedInstruments<OutcomeTimers> timers;
    private final String queue;

    QueueMeters(Observations observations, String queue) {
        this.observations = observations;
        this.timers = new NamedInstruments<>(
                observations, (sink, name) -> new OutcomeTimers(sink, InterlockMeter.QUEUE_JOBS, name));
        this.queue = queue;
    }

    /** When the handling of something begins now; without a meaning while nobody listens. */
    long begin() {
        return timers.isHeard() ? System.nanoTime() : 0;
    }

    /** @param begun as {@link #begin} told */
    void ended(Outcome outcome, long begun) {
        OutcomeTimers known = timers.of(queue);
        if (known != null && begun != 0) {
            known.record(outcome.tag, System.nanoTime() - begun);
        }
    }

    /** The handler is called, and what it does is a section. */
    Section attempt() {
        ObservationSink sink = observations.sink();
        return sink == null ? Section.NONE : sink.begin(InterlockSpan.JOB, null, queue);
    }
}
