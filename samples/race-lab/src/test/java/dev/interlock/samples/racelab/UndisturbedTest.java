package dev.interlock.samples.racelab;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import java.io.IOException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class UndisturbedTest {

    @Test
    void interruptDoesNotCutTheWorkShortAndIsKept() {
        Thread.currentThread().interrupt();

        boolean disturbed = Undisturbed.call("Working", () -> {
            Thread.sleep(50);
            return Thread.currentThread().isInterrupted();
        });

        assertThat(disturbed).isFalse();
        assertThat(Thread.interrupted()).isTrue();
    }

    @Test
    void failureNamesTheWork() {
        assertThatIllegalStateException()
                .isThrownBy(() -> Undisturbed.call("Starting Postgres", () -> {
                    throw new IOException("no port");
                }))
                .withMessage("Starting Postgres failed: no port")
                .withCauseInstanceOf(IOException.class);
    }
}
