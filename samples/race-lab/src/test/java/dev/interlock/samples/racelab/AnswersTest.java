package dev.interlock.samples.racelab;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class AnswersTest {

    @Test
    void promisesAreThoseOfTheCallsThatReturned() {
        Answers answers = answers(
                new Outcome.Acknowledged(10),
                new Outcome.Refused("no lock"),
                new Outcome.Acknowledged(10),
                new Outcome.Failed("no connection"),
                new Outcome.Acknowledged(5));

        assertThat(answers.promises()).containsExactly(10L, 10L, 5L);
        assertThat(answers.promised()).isEqualTo(25);
    }

    @Test
    void refusedCallsHaveNotFailed() {
        assertThat(answers(new Outcome.Refused("no lock")).failed()).isZero();
        assertThat(answers(new Outcome.Failed("a conflict"), new Outcome.Failed("a conflict"))
                        .failed())
                .isEqualTo(2);
    }

    private static Answers answers(Outcome... outcomes) {
        return Round.answers(
                Stream.of(outcomes).map(outcome -> new Sample(outcome, 0, 1)).toList());
    }
}
