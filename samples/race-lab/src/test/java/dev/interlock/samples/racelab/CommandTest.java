package dev.interlock.samples.racelab;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.util.List;
import java.util.OptionalInt;
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
    void reportTakesCallersAndRounds() {
        assertThat(Command.parse("--report", "--callers=16", "--rounds=2"))
                .isEqualTo(new Command.Report(List.of(), new Extent(16, OptionalInt.of(2))));
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
                "--callers=1 --report | --callers is a whole number from 2 to 256, not '1'",
                "--rounds=x --report | --rounds is a whole number from 1 to 20, not 'x'",
                "--callers=16 | --callers and --rounds go with --report only",
                "--scene=import | --scene goes with --report only",
            })
    void badArgumentsAreNamedWithWhatThereIs(String arguments, String message) {
        assertThatExceptionOfType(BadArgumentsException.class)
                .isThrownBy(() -> Command.parse(arguments.split(" ")))
                .withMessageStartingWith(message)
                .withMessageContaining("--report --scene=NAME");
    }
}
