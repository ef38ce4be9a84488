package dev.interlock.samples.racelab;

import static org.assertj.core.api.Assertions.assertThat;

import dev.interlock.test.RaceOutcome;
import java.util.List;
import org.junit.jupiter.api.Test;

class AnswersTest {

    @Test
    void promisesAreThoseOfTheCallsThatReturned() {
        Answers answers = answers(List.of(
                Calls.acknowledged(10, 0, 1),
                Calls.refused("no lock", 0, 1),
                Calls.acknowledged(10, 0, 1),
                Calls.failed("no connection", 0, 1),
                Calls.acknowledged(5, 0, 1)));

        assertThat(answers.promises()).containsExactly(10L, 10L, 5L);
        assertThat(answers.promised()).isEqualTo(25);
    }

    @Test
    void refusedCallsHaveNotFailed() {
        assertThat(answers(List.of(Calls.refused("no lock", 0, 1))).failed()).isZero();
        assertThat(answers(List.of(Calls.failed("a conflict", 0, 1), Calls.failed("a conflict", 0, 1)))
                        .failed())
                .isEqualTo(2);
    }

    private static Answers answers(List<RaceOutcome<Long>> calls) {
        return Round.answers(Calls.round(calls));
    }
}
