package dev.interlock.samples.racelab;

import static org.assertj.core.api.Assertions.assertThat;

import dev.interlock.InterlockException;
import org.junit.jupiter.api.Test;

class OutcomeTest {

    @Test
    void whatTheToolkitThrowsIsARefusal() {
        assertThat(Outcome.of(new Unavailable())).isInstanceOf(Outcome.Refused.class);
    }

    @Test
    void anythingElseIsAFailure() {
        assertThat(Outcome.of(new IllegalStateException("no connection")))
                .isEqualTo(new Outcome.Failed("java.lang.IllegalStateException: no connection"));
    }

    private static final class Unavailable extends InterlockException {

        Unavailable() {
            super("held by another");
        }
    }
}
