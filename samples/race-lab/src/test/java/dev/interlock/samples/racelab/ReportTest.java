package dev.interlock.samples.racelab;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.interlock.test.Race;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ReportTest {

    private final ByteArrayOutputStream printed = new ByteArrayOutputStream();

    @TempDir
    private Path folder;

    private Path file;

    @BeforeEach
    void fileInAFolderThatDoesNotExist() {
        file = folder.resolve("target").resolve("race-lab.json");
    }

    @Test
    void isOkIfEveryRaceShowsAndIsGone() {
        assertThat(run(FakeScene.asExpected("a"), FakeScene.asExpected("b"))).isEqualTo(RaceLab.OK);
        assertThat(text()).doesNotContain("FAILED");
    }

    @Test
    void failsIfAGuardedArmShowsAViolation() {
        FakeScene leaky = new FakeScene("leaky", round -> 3, 2, FakeScene.SUCCEEDS);

        assertThat(run(FakeScene.asExpected("a"), leaky)).isEqualTo(RaceLab.EXPECTATION_FAILED);
        assertThat(text()).contains("FAILED leaky: the guarded arm shows 6 violations: found 2; found 2; found 2");
    }

    @Test
    void failsIfAnUnguardedArmShowsNone() {
        FakeScene tame = new FakeScene("tame", round -> 0, 0, FakeScene.SUCCEEDS);

        assertThat(run(tame)).isEqualTo(RaceLab.EXPECTATION_FAILED);
        assertThat(text()).contains("FAILED tame: the unguarded arm showed no violation in 20 rounds");
    }

    @Test
    void failsIfTheGuardRefusesTooMany() {
        FakeScene closed = new FakeScene("closed", round -> 3, 0, caller -> {
            throw new IllegalStateException("closed");
        });

        assertThat(run(closed)).isEqualTo(RaceLab.EXPECTATION_FAILED);
        assertThat(text()).contains("FAILED closed: only 0 of 12 guarded calls succeeded");
    }

    @Test
    void sceneThatCannotBeRunFailsAndTheOthersGoOn() throws IOException {
        FakeScene torn = new FakeScene(
                "torn",
                round -> {
                    throw new IllegalStateException("no table");
                },
                0,
                FakeScene.SUCCEEDS);

        assertThat(run(torn, FakeScene.asExpected("b"))).isEqualTo(RaceLab.EXPECTATION_FAILED);
        assertThat(text()).contains("FAILED torn: could not be run: java.lang.IllegalStateException: no table");
        assertThat(Files.readString(file)).contains("\"b\"").doesNotContain("torn");
    }

    @Test
    void figuresOfAFormerRunDoNotStay() throws IOException {
        Files.createDirectories(file.getParent());
        Files.writeString(file, "old");

        run();

        assertThat(Files.readString(file).strip()).isEqualTo("[ ]");
    }

    @Test
    void fileThatCannotBeReplacedIsToldBeforeTheScenesRun() throws IOException {
        Files.writeString(file.getParent(), "a file where the folder should be");
        FakeScene scene = FakeScene.asExpected("a");

        assertThat(run(scene)).isEqualTo(RaceLab.EXPECTATION_FAILED);
        assertThat(text()).startsWith("FAILED Cannot replace " + file);
        assertThat(scene.unguardedRounds()).isZero();
    }

    @Test
    void fileThatCannotBeWrittenFailsAfterTheTable() {
        FakeScene occupying =
                new FakeScene("a", round -> 3, 0, caller -> file.toFile().mkdirs() ? 1 : 0);

        assertThat(run(occupying)).isEqualTo(RaceLab.EXPECTATION_FAILED);
        assertThat(text()).contains("scene | unguarded violations").contains("FAILED Cannot write " + file);
    }

    private int run(Scene... scenes) {
        SceneRunner runner = new SceneRunner(callers -> Race.callers(2).callsEach(2));
        return new Report(runner, new ReportFile(file), new PrintStream(printed, true, UTF_8))
                .run(List.of(scenes), Extent.USUAL);
    }

    private String text() {
        return printed.toString(UTF_8);
    }
}
