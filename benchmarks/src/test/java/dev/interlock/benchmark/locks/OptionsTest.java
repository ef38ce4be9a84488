package dev.interlock.benchmark.locks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;

class OptionsTest {

    @Test
    void everythingRunsInFullByDefault() {
        assertThat(select()).isEqualTo(Measures.ALL_MEASURES);
    }

    @Test
    void onlyPicksMeasuresInTheirOrder() {
        assertThat(select("--only=6,5")).extracting(Measure::number).containsExactly(5, 6);
    }

    @Test
    void quickShortensThem() {
        assertThat(select("--quick", "--only=7")).singleElement().satisfies(measure -> {
            assertThat(measure.number()).isEqualTo(7);
            assertThat(measure.plan().length())
                    .isLessThan(Measures.ALL_MEASURES.get(6).plan().length());
        });
    }

    @Test
    void whatItDoesNotKnowIsRefusedWithTheUsage() {
        assertThatThrownBy(() -> select("--only=5,12"))
                .hasMessageContaining("'12'")
                .hasMessageContaining("--quick");
        assertThatThrownBy(() -> select("--only=")).hasMessageContaining("''");
        assertThatThrownBy(() -> select("-f", "1")).hasMessageContaining("-f").hasMessageContaining("--only=");
    }

    private static List<Measure> select(String... arguments) {
        return Options.parse(arguments, Measures.ALL_MEASURES).select(Measures.ALL_MEASURES);
    }
}
