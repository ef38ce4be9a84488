package dev.interlock.samples.racelab;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The whole report on the real servers. */
@Timeout(600)
class RaceLabReportTest {

    private final ByteArrayOutputStream printed = new ByteArrayOutputStream();

    @TempDir
    private Path folder;

    @Test
    void everyRaceShowsUnguardedAndIsGoneGuarded() {
        int status = report(List.of());

        assertThat(status).describedAs(text()).isEqualTo(RaceLab.OK);
        JsonNode rows = json();
        assertThat(rows.valueStream().map(row -> row.get("scene").asString()))
                .contains(
                        "aggregate-edit",
                        "coupon",
                        "credit-balance",
                        "first-hundred",
                        "flash-sale",
                        "hot-account",
                        "hot-account-escalated",
                        "import",
                        "job-counter",
                        "job-enqueued-many-times",
                        "mail-and-status",
                        "nightly-job",
                        "on-call",
                        "one-runner",
                        "order-stock",
                        "outside-calls",
                        "payment",
                        "raffle",
                        "shared-cart",
                        "ship-once",
                        "short-codes",
                        "task-workers",
                        "tickets",
                        "votes-in-order");
        assertThat(rows.valueStream()).allSatisfy(row -> {
            assertThat(row.propertyNames())
                    .containsExactly(
                            "scene", "unguardedViolations", "guardedViolations", "guardedOpsPerSecond", "p99Millis");
            assertThat(row.get("unguardedViolations").asLong()).isPositive();
            assertThat(row.get("guardedViolations").asLong()).isZero();
            assertThat(row.get("guardedOpsPerSecond").asDouble()).isPositive();
            assertThat(row.get("p99Millis").asDouble()).isPositive();
        });
    }

    @Test
    void statusSaysWhatTheFileSays() {
        int status = report(List.of("credit-balance"));

        JsonNode row = json().get(0);
        boolean asExpected = row.get("unguardedViolations").asLong() > 0
                && row.get("guardedViolations").asLong() == 0;
        assertThat(json()).hasSize(1);
        assertThat(status).isEqualTo(asExpected ? RaceLab.OK : RaceLab.EXPECTATION_FAILED);
        assertThat(text().lines())
                .anyMatch(line -> line.strip()
                        .equals("scene | unguarded violations | guarded violations | guarded ops/s | p99 ms"));
    }

    @Test
    void unknownSceneIsABadArgumentThatNamesTheKnown() {
        assertThatExceptionOfType(BadArgumentsException.class)
                .isThrownBy(() -> report(List.of("no-such")))
                .withMessageStartingWith("There is no scene 'no-such'. Scenes: ")
                .withMessageContaining("credit-balance")
                .withMessageContaining("import");
    }

    private int report(List<String> scenes) {
        return RaceLab.report(
                new Command.Report(scenes), folder.resolve("race-lab.json"), new PrintStream(printed, true, UTF_8));
    }

    private JsonNode json() {
        return JsonMapper.shared().readTree(folder.resolve("race-lab.json"));
    }

    private String text() {
        return printed.toString(UTF_8);
    }
}
