package dev.interlock.samples.racelab;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** {@link ViolationTest} for the scenes about versions. */
class VersionViolationTest {

    @Test
    void pageWithEveryLineToldAsSavedIsNoViolation() {
        assertThat(WikiScene.compare(List.of(1L, -2L, 3L), List.of(1L, 3L))).isEmpty();
        assertThat(WikiScene.compare(List.of(1L), List.of(1L, 4L))).isEmpty();
    }

    @Test
    void linesCountLostAndUnknownApart() {
        assertThat(WikiScene.compare(List.of(1L, 2L, 3L, -4L), List.of(3L, 4L)))
                .containsExactly(
                        new Violation(2, "2 of 3 lines told as saved are lost"),
                        new Violation(1, "1 lines are saved though their editors were told they are not"));
    }

    @Test
    void pageThatNobodyCouldSaveCounts() {
        assertThat(WikiScene.compare(List.of(-1L, -2L), List.of()))
                .containsExactly(new Violation(1, "nobody could save anything"));
    }

    @Test
    void fieldsAsLastPromisedAreNoViolation() {
        assertThat(SettingsScene.compare(Map.of(0, 7L, 1, 8L), Map.of(0, 7L, 1, 8L), 0))
                .isEmpty();
        assertThat(SettingsScene.compare(Map.of(0, 7L), Map.of(0, 9L), 0)).isEmpty();
    }

    @Test
    void fieldsCountThoseWithAnOlderValueAndFailedCallsApart() {
        assertThat(SettingsScene.compare(Map.of(0, 7L, 1, 8L, 2, 9L), Map.of(0, 3L, 1, 0L, 2, 9L), 4))
                .containsExactly(
                        new Violation(2, "2 fields are back to an older value than the client was promised"),
                        Violation.failed(4));
    }

    @Test
    void pricesRisenAsPromisedAreNoViolation() {
        assertThat(LegacyPriceScene.compare(1_760, 1_760, 0)).isEmpty();
    }

    @Test
    void pricesCountLostRisesAndFailedCallsApart() {
        assertThat(LegacyPriceScene.compare(1_760, 1_590, 3))
                .containsExactly(
                        new Violation(170, "prices have risen by 1590 instead of the promised 1760"),
                        Violation.failed(3));
        assertThat(Violation.total(LegacyPriceScene.compare(10, 15, 0))).isEqualTo(5);
    }
}
