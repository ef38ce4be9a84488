package dev.interlock.observation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.interlock.fanout.FanOut;
import dev.interlock.fanout.OnFailure;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationRegistry;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What is told of fan-outs: each call, whatever becomes of it, as a part of what its caller does. */
class FanOutMetersTest {

    private final Measured measured = new Measured(new SimpleMeterRegistry());
    private final SpanRecorder spans = new SpanRecorder();
    private final ObservationRegistry registry = spans.registry();
    private final Observations observations = new Observations();

    @AfterEach
    void unbind() {
        observations.unbind();
    }

    private long calls(String outcome) {
        return measured.timed("interlock.fanout.calls", "outcome", outcome);
    }

    @Test
    void callsAreTimedByTheirOutcomeAndArePartOfTheCaller() {
        observations.bind(new MicrometerSink(measured.registry(), registry));
        CountDownLatch never = new CountDownLatch(1);
        Observation caller = Observation.start("request", registry);
        try (Observation.Scope scope = caller.openScope()) {
            assertThat(scope.getCurrentObservation()).isSameAs(caller);
            FanOut.over(List.of("ok", "fails", "hangs"))
                    .callTimeout(Duration.ofMillis(300))
                    .onFailure(OnFailure.COLLECT)
                    .map(item -> switch (item) {
                        case "ok" -> item;
                        case "fails" -> throw new IllegalStateException("canary-9f2");
                        default -> never.await(10, TimeUnit.SECONDS);
                    });
            FanOut.over(List.of("fails", "waits")).maxConcurrency(1).map(item -> {
                throw new IllegalStateException(item);
            });
        }
        caller.stop();
        assertThat(calls("succeeded")).isOne();
        assertThat(calls("failed")).isEqualTo(2);
        assertThat(calls("timed_out")).isOne();
        assertThat(calls("not_started")).isOne();
        await().until(() -> spans.ended(InterlockSpan.FANOUT_CALL).size() == 4);
        assertThat(spans.ended(InterlockSpan.FANOUT_CALL)).allSatisfy(span -> {
            assertThat(span.getParentObservation()).isSameAs(caller);
            assertThat(String.valueOf(span.getError())).doesNotContain("canary");
        });
        assertThat(spans.values(InterlockSpan.FANOUT_CALL, "outcome"))
                .containsExactlyInAnyOrder("ok", "error", "error", "error");
    }

    @Test
    void withoutAListenerNothingIsMeasured() {
        FanOut.over(List.of(1, 2)).map(item -> item);
        assertThat(measured.size()).isZero();
    }
}
