package dev.interlock.samples.racelab;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import java.util.List;
import org.junit.jupiter.api.Test;

class ScenesTest {

    private final Scene a = FakeScene.asExpected("a");
    private final Scene b = FakeScene.asExpected("b");
    private final Scenes scenes = new Scenes(List.of(b, a));

    @Test
    void areSortedByName() {
        assertThat(scenes.all()).containsExactly(a, b);
    }

    @Test
    void areFoundByName() {
        assertThat(scenes.named(List.of("b", "b"))).containsExactly(b);
        assertThat(scenes.named("c")).isEmpty();
    }

    @Test
    void unknownNameIsToldWithTheKnown() {
        assertThatExceptionOfType(BadArgumentsException.class)
                .isThrownBy(() -> scenes.named(List.of("a", "c")))
                .withMessage("There is no scene 'c'. Scenes: a, b");
    }

    @Test
    void nameIsTakenOnce() {
        assertThatIllegalStateException()
                .isThrownBy(() -> new Scenes(List.of(a, FakeScene.asExpected("a"))))
                .withMessageContaining("Two scenes are named 'a'");
    }
}
