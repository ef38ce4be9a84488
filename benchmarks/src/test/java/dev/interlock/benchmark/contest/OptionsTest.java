package dev.interlock.benchmark.contest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class OptionsTest {

    private static final List<Measure> MEASURES = IntStream.rangeClosed(1, 4)
            .mapToObj(number -> new Measure(
                    number,
                    "",
                    "",
                    Measure.Processors.ALL,
                    Plan.ofMillis(5, 1_000, 1_000),
                    List.of(),
                    List.of(),
                    List.of()))
            .toList();

    @Test
    void everythingRunsInFullByDefault() {
        assertThat(select()).isEqualTo(MEASURES);
    }

    @Test
    void onlyPicksMeasuresInTheirOrder() {
        assertThat(select("--only=3,2")).extracting(Measure::number).containsExactly(2, 3);
    }

    @Test
    void quickShortensThem() {
        assertThat(select("--quick", "--only=3")).singleElement().satisfies(measure -> {
            assertThat(measure.number()).isEqualTo(3);
            assertThat(measure.plan().length())
                    .isLessThan(MEASURES.get(2).plan().length());
        });
    }

    @Test
    void whatItDoesNotKnowIsRefusedWithTheUsage() {
        assertThatThrownBy(() -> select("--only=2,12"))
                .hasMessageContaining("'12'")
                .hasMessageContaining("--quick");
        assertThatThrownBy(() -> select("--only=")).hasMessageContaining("''");
        assertThatThrownBy(() -> select("-f", "1")).hasMessageContaining("-f").hasMessageContaining("--only=");
    }

    private static List<Measure> select(String... arguments) {
        return Options.parse(arguments, MEASURES).select(MEASURES);
    }
}
