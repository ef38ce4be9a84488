package dev.interlock.samples.racelab;

import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

/** Runs scenes, prints the table and writes the file. */
final class Report {

    private final SceneRunner runner;
    private final ReportFile file;
    private final PrintStream out;

    Report(SceneRunner runner, ReportFile file, PrintStream out) {
        this.runner = runner;
        this.file = file;
        this.out = out;
    }

    /** Returns the exit status: {@link RaceLab#OK} only if every scene showed the race and its absence. */
    int run(Collection<Scene> scenes, Extent extent) {
        try {
            return runAll(scenes, extent);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            out.println("FAILED the report was ended from outside");
            return RaceLab.EXPECTATION_FAILED;
        } catch (UncheckedIOException e) {
            out.println("FAILED " + e.getMessage() + ": " + e.getCause());
            return RaceLab.EXPECTATION_FAILED;
        }
    }

    private int runAll(Collection<Scene> scenes, Extent extent) throws InterruptedException {
        file.delete();
        List<ReportRow> rows = new ArrayList<>();
        List<String> failures = new ArrayList<>();
        for (Scene scene : scenes) {
            try {
                SceneResult result = runner.run(scene, extent, out::println);
                rows.add(ReportRow.of(result));
                result.shortcomings().forEach(shortcoming -> failures.add(scene.name() + ": " + shortcoming));
            } catch (RuntimeException e) {
                failures.add(scene.name() + ": could not be run: " + e);
            }
        }
        out.println();
        out.print(ReportTable.of(rows));
        out.println();
        failures.forEach(failure -> out.println("FAILED " + failure));
        file.write(rows);
        return failures.isEmpty() ? RaceLab.OK : RaceLab.EXPECTATION_FAILED;
    }
}
