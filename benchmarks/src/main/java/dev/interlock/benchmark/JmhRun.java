package dev.interlock.benchmark;

import java.io.IOException;
import java.util.Arrays;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.ChainedOptionsBuilder;
import org.openjdk.jmh.runner.options.CommandLineOptionException;
import org.openjdk.jmh.runner.options.CommandLineOptions;
import org.openjdk.jmh.runner.options.Options;
import org.openjdk.jmh.runner.options.OptionsBuilder;

/** Runs the benchmarks of a suite in one go, with JMH's own command line. */
public final class JmhRun {

    private final Options options;
    private final boolean verbose;

    private JmhRun(Options options, boolean verbose) {
        this.options = options;
        this.verbose = verbose;
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
            ChainedOptionsBuilder options = new OptionsBuilder().parent(given).shouldFailOnError(true);
            if (given.getIncludes().isEmpty()) {
                options.include(Arrays.stream(suite)
                        .map(type -> type.getName().replace(".", "\\."))
                        .collect(Collectors.joining("|", "^(", ")\\.")));
            }
            boolean verbose =
                    given.verbosity().hasValue() || !given.getProfilers().isEmpty();
            return new JmhRun(options.build(), verbose);
        } catch (CommandLineOptionException wrong) {
            System.err.println(wrong.getMessage());
            System.exit(2);
            throw new AssertionError(wrong);
        }
    }

    /** Runs with one more setting that only the suite knows, as the address of its server. */
    public Results run(Consumer<ChainedOptionsBuilder> setting) throws RunnerException {
        ChainedOptionsBuilder all = new OptionsBuilder().parent(options);
        setting.accept(all);
        Runner runner = verbose ? new Runner(all.build()) : new Runner(all.build(), new Progress(System.out));
        return Results.of(runner.run());
    }
}
