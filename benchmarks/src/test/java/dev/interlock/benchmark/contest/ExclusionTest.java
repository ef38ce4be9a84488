package dev.interlock.benchmark.contest;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ExclusionTest {

    @Test
    void seesTwoInsideOneKeyOnly() {
        Exclusion exclusion = Exclusion.inMemory(2);
        exclusion.enter(0);
        exclusion.enter(1);
        assertThat(exclusion.overlaps()).isZero();

        exclusion.enter(1);
        assertThat(exclusion.overlaps()).isEqualTo(1);
    }

    @Test
    void seesNobodyAfterTheExit() {
        Exclusion exclusion = Exclusion.inMemory(1);
        exclusion.enter(0);
        exclusion.exit(0);
        exclusion.enter(0);

        assertThat(exclusion.overlaps()).isZero();
    }

    @Test
    void seesWhoIsInsideThroughAnotherMappingOfTheFile(@TempDir Path directory) throws Exception {
        Exclusion one = Exclusion.of(directory.resolve("words"));
        Exclusion other = Exclusion.of(directory.resolve("words"));
        one.enter(0);
        other.enter(0);

        assertThat(other.overlaps()).isEqualTo(1);
        assertThat(one.overlaps()).isZero();
    }
}
