package dev.interlock.benchmark.contest;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class SpreadTest {

    @Test
    void medianIsTheMiddleOrBetweenTheTwoInTheMiddle() {
        assertThat(Spread.of(3, 1, 200)).isEqualTo(new Spread(3, 1, 200));
        assertThat(Spread.of(4, 1, 2, 100)).isEqualTo(new Spread(3, 1, 100));
        assertThat(Spread.of(7)).isEqualTo(new Spread(7, 7, 7));
    }

    @Test
    void ratiosArePrintedWithThreeDigits() {
        assertThat(new Spread(1.5, 0.01234, 12.34).range()).isEqualTo("0.012 – 12.3");
        assertThat(Spread.number(1.066)).isEqualTo("1.07");
        assertThat(Spread.number(9.996)).isEqualTo("10.0");
        assertThat(Spread.number(1234.4)).isEqualTo("1,234");
    }

    @Test
    void whatIsNoNumberIsPrintedAsNone() {
        Spread none = Spread.of(Double.NaN, 1);
        assertThat(Spread.number(none.median())).isEqualTo("none");
        assertThat(none.range()).isEmpty();
    }
}
