package dev.interlock.samples.racelab;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CommandTest {

    @Test
    void nothingOpensThePage() {
        assertThat(Command.parse()).isEqualTo(new Command.Page(8080));
        assertThat(Command.parse("--port=9090")).isEqualTo(new Command.Page(9090));
    }

    @Test
    void reportRunsAllScenesOrTheNamed() {
        assertThat(Command.parse("--report")).isEqualTo(new Command.Report(List.of()));
        assertThat(Command.parse("--scene=import", "--report", "--scene=credit-balance"))
                .isEqualTo(new Command.Report(List.of("import", "credit-balance")));
    }

    @Test
    void helpWins() {
        assertThat(Command.parse("--report", "--help")).isEqualTo(new Command.Help());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '"',
            value = {
                "--reprot | Unknown option '--reprot'.",
                "report | Unknown option 'report'.",
                "--port=many | '--port=many': the port is a number from 0 to 65535",
                "--port=70000 | '--port=70000': the port is a number from 0 to 65535",
                "--port=9090 --report | --port belongs to the page",
                "--scene=import | --scene goes with --report only",
            })
    void badArgumentsAreNamedWithWhatThereIs(String arguments, String message) {
        assertThatExceptionOfType(BadArgumentsException.class)
                .isThrownBy(() -> Command.parse(arguments.split(" ")))
                .withMessageStartingWith(message)
                .withMessageContaining("--report --scene=NAME");
    }
}
