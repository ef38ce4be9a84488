package dev.interlock.benchmark.queue;

import static org.assertj.core.api.Assertions.assertThat;

import dev.interlock.benchmark.contest.Entrant;
import dev.interlock.benchmark.contest.Measure;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;

class MeasuresTest {

    static final List<Measure> MEASURES = Measures.ALL_MEASURES;

    @Test
    void numbersAreThoseOfTheirPlaces() {
        assertThat(MEASURES).extracting(Measure::number).containsExactly(1, 2, 3, 4, 5, 6, 7, 8, 9);
    }

    @Test
    void onlyWhereProducersSetThePaceThereIsNoAim() {
        assertThat(MEASURES)
                .filteredOn(measure -> measure.aims().isEmpty())
                .extracting(Measure::number)
                .containsExactly(9);
    }

    @ParameterizedTest
    @FieldSource("MEASURES")
    void aimsSpeakOfWhatIsMeasured(Measure measure) {
        List<String> names = measure.entrants().stream().map(Entrant::name).toList();
        assertThat(names).doesNotHaveDuplicates();
        assertThat(measure.aims()).allSatisfy(aim -> {
            assertThat(names).contains(aim.entrant());
            assertThat(measure.figures()).startsWith(aim.figure());
            if (aim.isRatio()) {
                assertThat(aim.base()).isEqualTo(names.get(0)).isNotEqualTo(aim.entrant());
            }
        });
    }
}
