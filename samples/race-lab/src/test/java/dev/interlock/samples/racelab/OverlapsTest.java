package dev.interlock.samples.racelab;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import org.junit.jupiter.api.Test;

class OverlapsTest {

    private final Overlaps overlaps = new Overlaps();

    @Test
    void oneAfterTheOtherIsNoOverlap() {
        overlaps.during(() -> 1);
        overlaps.during(() -> 1);

        assertThat(overlaps.seen()).isZero();
    }

    @Test
    void whoeverEntersWhileAnotherIsInsideIsCounted() {
        long inner = overlaps.during(() -> overlaps.during(() -> overlaps.during(() -> 7)));

        assertThat(inner).isEqualTo(7);
        assertThat(overlaps.seen()).isEqualTo(2);
    }

    @Test
    void failureLeavesToo() {
        assertThatIllegalStateException()
                .isThrownBy(() -> overlaps.during(() -> {
                    throw new IllegalStateException();
                }));

        overlaps.during(() -> 1);

        assertThat(overlaps.seen()).isZero();
    }

    @Test
    void forgetsBetweenRounds() {
        overlaps.during(() -> overlaps.during(() -> 1));

        overlaps.forget();

        assertThat(overlaps.seen()).isZero();
    }
}
