package dev.interlock.samples.racelab;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ReportFormatTest {

    private static final List<ReportRow> ROWS = List.of(
            new ReportRow("credit-balance", 243, 0, 1_186.3, 138.4), new ReportRow("import", 6_238, 0, 900, 61));

    private final Locale usual = Locale.getDefault();

    @BeforeEach
    void whereTheDecimalPointIsAComma() {
        Locale.setDefault(Locale.GERMANY);
    }

    @AfterEach
    void asItWas() {
        Locale.setDefault(usual);
    }

    @Test
    void tableAlignsItsColumns() {
        assertThat(ReportTable.of(ROWS).lines())
                .containsExactly(
                        "         scene | unguarded violations | guarded violations | guarded ops/s | p99 ms",
                        "credit-balance |                  243 |                  0 |        1186.3 |  138.4",
                        "        import |                 6238 |                  0 |         900.0 |   61.0");
    }

    @Test
    void tableOfNothingIsItsHeader() {
        assertThat(ReportTable.of(List.of()).lines())
                .containsExactly("scene | unguarded violations | guarded violations | guarded ops/s | p99 ms");
    }

    @Test
    void fileIsAnArrayOfObjects(@TempDir Path folder) throws IOException {
        Path file = folder.resolve("race-lab.json");

        new ReportFile(file).write(ROWS);

        assertThat(Files.readString(file)).isEqualToIgnoringWhitespace("""
                        [ {"scene": "credit-balance", "unguardedViolations": 243, "guardedViolations": 0,
                           "guardedOpsPerSecond": 1186.3, "p99Millis": 138.4},
                          {"scene": "import", "unguardedViolations": 6238, "guardedViolations": 0,
                           "guardedOpsPerSecond": 900.0, "p99Millis": 61.0} ]
                        """);
    }

    @Test
    void fileLiesInTheBuildFolderOfTheSample() {
        assertThat(ReportFile.location()).isAbsolute().endsWithRaw(Path.of("race-lab", "target", "race-lab.json"));
    }
}
