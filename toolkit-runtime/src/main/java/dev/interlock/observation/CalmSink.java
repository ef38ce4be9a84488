package dev.interlock.observation;

import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.DoubleSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Keeps what a sink throws from the guards, which must not lose a lock over a meter. Its first failure is logged. */
final class CalmSink implements ObservationSink {

    private static final Logger log = LoggerFactory.getLogger(Observations.class);

    private final ObservationSink sink;
    private final AtomicBoolean told = new AtomicBoolean();

    CalmSink(ObservationSink sink) {
        this.sink = sink;
    }

    @Override
    public Timing timer(InterlockMeter meter, String... values) {
        Timing timing = calm(() -> sink.timer(meter, values), nanos -> {});
        return nanos -> calm(() -> timing.record(nanos));
    }

    @Override
    public Counting counter(InterlockMeter meter, String... values) {
        Counting counting = calm(() -> sink.counter(meter, values), () -> {});
        return () -> calm(counting::increment);
    }

    @Override
    public void counted(InterlockMeter meter, LongAdder counted, String... values) {
        calm(() -> sink.counted(meter, counted, values));
    }

    @Override
    public void gauge(InterlockMeter meter, DoubleSupplier value, String... values) {
        calm(() -> sink.gauge(meter, value, values));
    }

    @Override
    public Section begin(InterlockSpan span, @Nullable Object parent, String... values) {
        Section section = calm(() -> sink.begin(span, parent, values), Section.NONE);
        return section == Section.NONE ? section : new CalmSection(section);
    }

    @Override
    public @Nullable Object here() {
        try {
            return sink.here();
        } catch (RuntimeException failure) {
            tell(failure);
            return null;
        }
    }

    private <T> T calm(Supplier<T> asked, T otherwise) {
        try {
            return asked.get();
        } catch (RuntimeException failure) {
            tell(failure);
            return otherwise;
        }
    }

    private void calm(Runnable told) {
        try {
            told.run();
        } catch (RuntimeException failure) {
            tell(failure);
        }
    }

    private void tell(RuntimeException failure) {
        if (told.compareAndSet(false, true)) {
            log.warn(
                    "{} failed; what it should have been told is lost, here and in later failures, which are not logged",
                    sink,
                    failure);
        }
    }

    private final class CalmSection implements Section {

        private final Section section;

        CalmSection(Section section) {
            this.section = section;
        }

        @Override
        public Scope enter() {
            Scope scope = calm(section::enter, Scope.NONE);
            return () -> calm(scope::close);
        }

        @Override
        public void end(String outcome, @Nullable Throwable failure) {
            calm(() -> section.end(outcome, failure));
        }
    }

    @Override
    public String toString() {
        return sink.toString();
    }
}
