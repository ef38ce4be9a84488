package dev.interlock.observation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.micrometer.observation.ObservationRegistry;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.DoubleSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Who listens late misses nothing that is counted, and nothing that a listener does harms anybody. */
class ObservationsTest {

    private final Observations observations = new Observations();
    private final SimpleMeterRegistry registry = new SimpleMeterRegistry();

    @AfterEach
    void unbind() {
        observations.unbind();
    }

    private void bind() {
        observations.bind(new MicrometerSink(registry, ObservationRegistry.NOOP));
    }

    @Test
    void countsAreKnownToWhoListensLater() {
        LongAdder before = new LongAdder();
        before.add(3);
        observations.counted(InterlockMeter.RETRY_BUDGET_EXHAUSTED, before, "early");
        bind();
        LongAdder after = new LongAdder();
        observations.counted(InterlockMeter.RETRY_BUDGET_EXHAUSTED, after, "late");
        after.increment();
        before.increment();
        assertThat(counted("early")).isEqualTo(4);
        assertThat(counted("late")).isEqualTo(1);
    }

    private double counted(String name) {
        return registry.get("interlock.retry.budget.exhausted")
                .tag("name", name)
                .functionCounter()
                .count();
    }

    @Test
    void sourcesOfOneGaugeAreSummedAndAgesAreNot() {
        observations.gauge(InterlockMeter.LOCK_HELD, () -> 2, "memory");
        observations.gauge(InterlockMeter.QUEUE_OLDEST, () -> 2, "mail");
        bind();
        observations.gauge(InterlockMeter.LOCK_HELD, () -> 3, "memory");
        observations.gauge(InterlockMeter.LOCK_HELD, () -> Double.NaN, "memory");
        observations.gauge(InterlockMeter.QUEUE_OLDEST, () -> 3, "mail");
        assertThat(registry.get("interlock.lock.held").gauge().value()).isEqualTo(5);
        assertThat(registry.get("interlock.queue.oldest").gauge().value()).isEqualTo(3);
    }

    @Test
    void whileNobodyListensNothingIsResolvedAndNothingIsKept() {
        NamedInstruments<OutcomeTimers> timers = new NamedInstruments<>(
                observations, (sink, name) -> new OutcomeTimers(sink, InterlockMeter.QUEUE_JOBS, name));
        assertThat(timers.of("mail")).isNull();
        bind();
        assertThat(timers.of("mail")).isNotNull().isSameAs(timers.of("mail"));
        observations.unbind();
        assertThat(timers.of("mail")).isNull();
        assertThat(Observations.sinkOfProcess()).isNull();
    }

    @Test
    void whatBelongsToNoApplicationIsToldToTheLastThatListens() {
        Observations other = new Observations();
        bind();
        ObservationSink first = Observations.sinkOfProcess();
        other.bind(new MicrometerSink(new SimpleMeterRegistry(), ObservationRegistry.NOOP));
        assertThat(Observations.sinkOfProcess()).isNotNull().isNotSameAs(first);
        other.unbind();
        assertThat(Observations.sinkOfProcess()).isSameAs(first);
    }

    @Test
    void nobodyCanListenWhereNobodyTells() {
        ObservationSink sink = new MicrometerSink(registry, ObservationRegistry.NOOP);
        assertThatThrownBy(() -> Observations.OFF.bind(sink)).isInstanceOf(IllegalStateException.class);
        Observations.OFF.gauge(InterlockMeter.LOCK_HELD, () -> 1, "memory");
        assertThat(Observations.OFF.sink()).isNull();
    }

    /** Fails whenever it is told anything. */
    private static final class Broken implements ObservationSink {

        @Override
        public Timing timer(InterlockMeter meter, String... values) {
            return nanos -> {
                throw new IllegalStateException("broken");
            };
        }

        @Override
        public Counting counter(InterlockMeter meter, String... values) {
            throw new IllegalStateException("broken");
        }

        @Override
        public void counted(InterlockMeter meter, LongAdder counted, String... values) {
            throw new IllegalStateException("broken");
        }

        @Override
        public void gauge(InterlockMeter meter, DoubleSupplier value, String... values) {
            throw new IllegalStateException("broken");
        }

        @Override
        public Section begin(InterlockSpan span, Object parent, String... values) {
            throw new IllegalStateException("broken");
        }

        @Override
        public Object here() {
            throw new IllegalStateException("broken");
        }
    }

    @Test
    void aSinkThatFailsHarmsNobody() {
        observations.gauge(InterlockMeter.LOCK_HELD, () -> 2, "memory");
        observations.bind(new Broken());
        ObservationSink sink = observations.sink();
        assertThat(sink).isNotNull();
        assertThatCode(() -> {
                    sink.timer(InterlockMeter.LOCK_HOLD, "order", "memory").record(1);
                    sink.counter(InterlockMeter.LOCK_LOST, "order", "memory").increment();
                    sink.counted(InterlockMeter.RETRY_BUDGET_EXHAUSTED, new LongAdder(), "order");
                    sink.begin(InterlockSpan.JOB, sink.here(), "mail").end(Section.OK, null);
                })
                .doesNotThrowAnyException();
    }
}
