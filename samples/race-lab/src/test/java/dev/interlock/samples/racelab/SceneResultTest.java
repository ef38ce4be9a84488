package dev.interlock.samples.racelab;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class SceneResultTest {

    @Test
    void raceShownAndGoneIsWhatIsExpected() {
        assertThat(new SceneResult("a", arm(100, 100, 7), arm(100, 100, 0)).shortcomings())
                .isEmpty();
    }

    @Test
    void raceThatDoesNotShowIsTold() {
        assertThat(new SceneResult("a", arm(100, 100, 0), arm(100, 100, 0)).shortcomings())
                .containsExactly("the unguarded arm showed no violation in 2 rounds");
    }

    @Test
    void violationUnderTheGuardIsTold() {
        assertThat(new SceneResult("a", arm(100, 100, 7), arm(100, 100, 1)).shortcomings())
                .containsExactly("the guarded arm shows 1 violations: found");
    }

    @Test
    void ninetyPercentOfTheGuardedCallsAreEnough() {
        assertThat(new SceneResult("a", arm(100, 100, 7), arm(960, 864, 0)).shortcomings())
                .isEmpty();
    }

    @Test
    void fewerThanNinetyPercentAreTold() {
        assertThat(new SceneResult("a", arm(100, 100, 7), arm(960, 863, 0)).shortcomings())
                .containsExactly(
                        "only 863 of 960 guarded calls succeeded (97 refused, 0 failed), fewer than 90 %: no lock");
    }

    @Test
    void guardThatLetsNobodyInIsTold() {
        assertThat(new SceneResult("a", arm(100, 100, 7), arm(0, 0, 0)).shortcomings())
                .singleElement()
                .asString()
                .startsWith("only 0 of 0 guarded calls succeeded");
    }

    private static ArmResult arm(long calls, long acknowledged, long violations) {
        return new ArmResult(
                2,
                calls,
                acknowledged,
                calls - acknowledged,
                0,
                violations,
                100,
                5,
                violations > 0 ? List.of("found") : List.of(),
                calls > acknowledged ? List.of("no lock") : List.of(),
                Latencies.of(LongStream.empty()));
    }
}
