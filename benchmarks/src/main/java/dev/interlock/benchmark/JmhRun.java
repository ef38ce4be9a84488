package dev.interlock.benchmark;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.openjdk.jmh.results.BenchmarkResult;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.results.format.ResultFormatFactory;
import org.openjdk.jmh.results.format.ResultFormatType;
import org.openjdk.jmh.runner.Defaults;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.ChainedOptionsBuilder;
import org.openjdk.jmh.runner.options.CommandLineOptionException;
import org.openjdk.jmh.runner.options.CommandLineOptions;
import org.openjdk.jmh.runner.options.OptionsBuilder;

/**
 * Runs the benchmarks of a suite with JMH's own command line.
 *
 * <p>JMH would run all forks of one benchmark before the next. Here each round runs one fork of every benchmark, so that a
 * machine that is busier for a while slows all of them down; {@code -f} is the number of rounds.
 */
public final class JmhRun {

    private static final int ROUNDS = 3;

    private final CommandLineOptions given;
    private final String suite;

    private JmhRun(CommandLineOptions given, String suite) {
        this.given = given;
        this.suite = suite;
    }

    /**
     * Reads the command line; on {@code -h} or an error it prints and ends the JVM.
     *
     * @param arguments options of JMH; a regular expression among them picks benchmarks of the suite
     * @param suite classes with benchmarks
     */
    public static JmhRun of(String[] arguments, Class<?>... suite) throws IOException {
        try {
            CommandLineOptions given = new CommandLineOptions(arguments);
            if (given.shouldHelp()) {
                given.showHelp();
                System.exit(0);
            }
            return new JmhRun(
                    given,
                    Arrays.stream(suite)
                            .map(type -> type.getName().replace(".", "\\."))
                            .collect(Collectors.joining("|", "^(", ")\\.")));
        } catch (CommandLineOptionException wrong) {
            System.err.println(wrong.getMessage());
            System.exit(2);
            throw new AssertionError(wrong);
        }
    }

    /** Runs all rounds, with settings that only the suite knows, as the address of its server. */
    public Results run(Consumer<ChainedOptionsBuilder> settings) throws RunnerException {
        int forks = given.getForkCount().orElse(ROUNDS);
        int rounds = Math.max(1, forks);
        List<Collection<RunResult>> results = new ArrayList<>();
        for (int round = 1; round <= rounds; round++) {
            System.out.printf("Round %d of %d%n", round, rounds);
            results.add(round(settings, Math.min(1, forks)));
        }
        if (given.getResult().hasValue() || given.getResultFormat().hasValue()) {
            save(results);
        }
        return Results.of(results);
    }

    private Collection<RunResult> round(Consumer<ChainedOptionsBuilder> settings, int forks) throws RunnerException {
        ChainedOptionsBuilder options =
                new OptionsBuilder().parent(given).forks(forks).shouldFailOnError(true);
        if (given.getIncludes().isEmpty()) {
            options.include(suite);
        }
        settings.accept(options);
        boolean inFull = given.verbosity().hasValue() || !given.getProfilers().isEmpty();
        return inFull ? new Runner(options.build()).run() : new Runner(options.build(), new Progress(System.out)).run();
    }

    /** Replaces the file of the last round by one of all rounds. */
    private void save(List<Collection<RunResult>> rounds) {
        Map<String, RunResult> all = new LinkedHashMap<>();
        for (Collection<RunResult> round : rounds) {
            for (RunResult run : round) {
                all.merge(run.getParams().id(), run, JmhRun::joined);
            }
        }
        ResultFormatType format = given.getResultFormat().orElse(Defaults.RESULT_FORMAT);
        String file = given.getResult()
                .orElse(Defaults.RESULT_FILE_PREFIX + "." + format.toString().toLowerCase(Locale.ROOT));
        ResultFormatFactory.getInstance(format, file).writeOut(all.values());
    }

    private static RunResult joined(RunResult first, RunResult second) {
        List<BenchmarkResult> forks = new ArrayList<>(first.getBenchmarkResults());
        forks.addAll(second.getBenchmarkResults());
        return new RunResult(first.getParams(), forks);
    }
}
