package dev.interlock.benchmark;

import java.io.PrintStream;
import java.util.Collection;
import java.util.Locale;
import org.openjdk.jmh.infra.BenchmarkParams;
import org.openjdk.jmh.infra.IterationParams;
import org.openjdk.jmh.results.BenchmarkResult;
import org.openjdk.jmh.results.IterationResult;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.format.OutputFormat;

/** One line for each benchmark while JMH runs; failures in full. */
final class Progress implements OutputFormat {

    private static final String HEADING = "# ";

    private final PrintStream out;

    Progress(PrintStream out) {
        this.out = out;
    }

    @Override
    public void startBenchmark(BenchmarkParams benchmark) {
        out.printf("  %-45s", Results.shortName(benchmark.getBenchmark()));
        out.flush();
    }

    @Override
    public void endBenchmark(BenchmarkResult result) {
        if (result != null) {
            out.printf(Locale.ROOT, " %10.1f %s%n", Results.time(result), result.getScoreUnit());
        }
    }

    @Override
    public void println(String line) {
        if (!line.isBlank() && !line.startsWith(HEADING)) {
            out.println(line);
        }
    }

    @Override
    public void print(String text) {
        if (!text.startsWith(HEADING)) {
            out.print(text);
        }
    }

    @Override
    public void write(int b) {
        out.write(b);
    }

    @Override
    public void write(byte[] bytes) {
        out.writeBytes(bytes);
    }

    @Override
    public void flush() {
        out.flush();
    }

    @Override
    public void close() {
        out.flush();
    }

    @Override
    public void startRun() {}

    @Override
    public void endRun(Collection<RunResult> results) {}

    @Override
    public void iteration(BenchmarkParams benchmark, IterationParams iteration, int number) {}

    @Override
    public void iterationResult(
            BenchmarkParams benchmark, IterationParams iteration, int number, IterationResult result) {}

    @Override
    public void verbosePrintln(String line) {}
}
