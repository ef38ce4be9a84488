package dev.interlock.samples.racelab;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class SharedNumbersTest {

    private final SharedNumbers numbers = new SharedNumbers(4);

    @Test
    void callersOfAGroupGetTheSameOneAfterTheOther() {
        assertThat(numbers.next(0)).isEqualTo(numbers.next(3)).isEqualTo(1);
        assertThat(numbers.next(0)).isEqualTo(numbers.next(3)).isEqualTo(2);
    }

    @Test
    void groupsHaveNoNumberInCommon() {
        assertThat(numbers.next(3)).isNotEqualTo(numbers.next(4));
        assertThat(numbers.next(4)).isEqualTo(SharedNumbers.APART + 2);
    }

    @Test
    void forgottenTheyBeginAnew() {
        long first = numbers.next(9);
        numbers.next(9);
        numbers.forget();

        assertThat(numbers.next(9)).isEqualTo(first);
    }
}
