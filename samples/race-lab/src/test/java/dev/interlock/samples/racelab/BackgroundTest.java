package dev.interlock.samples.racelab;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class BackgroundTest {

    @Test
    void workersGoOnUntilNothingIsLeft() throws Exception {
        AtomicInteger left = new AtomicInteger(1_000);

        Background.workOff(() -> left.getAndUpdate(some -> Math.max(0, some - 1)));

        assertThat(left).hasValue(0);
    }

    @Test
    void workerThatFailsIsTold() {
        assertThatIllegalStateException()
                .isThrownBy(() -> Background.workOff(() -> {
                    throw new IllegalArgumentException("no such table");
                }))
                .withMessageContaining("The workers failed")
                .withMessageContaining("no such table");
    }

    @Test
    void whatIsDoneIsAwaited() throws Exception {
        AtomicInteger asked = new AtomicInteger();

        Background.await(() -> asked.incrementAndGet() == 3);

        assertThat(asked).hasValue(3);
    }

    @Test
    void whatIsNeverDoneIsTold() {
        assertThatIllegalStateException()
                .isThrownBy(() -> Background.await(() -> false, Duration.ofMillis(20)))
                .withMessageContaining("was not done within");
    }
}
