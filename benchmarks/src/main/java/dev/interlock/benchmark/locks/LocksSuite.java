package dev.interlock.benchmark.locks;

import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;

/** Entry point of {@code benchmarks/run locks}. */
public final class LocksSuite {

    private static final String CAPTION = """
            Locks under load. Entrants of a measure run in turn in one process, round after round; a figure is the median over the
            rounds, a comparison the median of the comparisons within the rounds. Every body checks that it is alone.
            JDK %s, %d processors. Postgres and Redis run on this machine, reached through TCP; Postgres with fsync=on and
            synchronous_commit=on, Redis without persistence. Keys by hand are known beforehand.
            """;

    private LocksSuite() {}

    public static void main(String[] arguments) throws InterruptedException {
        Options options;
        try {
            options = Options.parse(arguments, Measures.ALL_MEASURES);
        } catch (IllegalArgumentException wrong) {
            System.err.println(wrong.getMessage());
            System.exit(2);
            return;
        }
        run(options.select(Measures.ALL_MEASURES), System.out);
    }

    static void run(List<Measure> measures, PrintStream out) throws InterruptedException {
        out.printf(CAPTION, Runtime.version(), Runtime.getRuntime().availableProcessors());
        List<Outcome> outcomes = new ArrayList<>();
        for (Measure measure : measures) {
            out.println();
            out.println(measure.number() + "  " + measure.title());
            out.println(measure.note());
            out.println(measure.processors().reason());
            Outcome outcome = Contest.run(measure, out);
            if (measure.processors() == Measure.Processors.ONE && !outcome.bound()) {
                out.println(
                        "taskset was not found, so they ran where the scheduler put them, which moves times at random.");
            }
            out.println();
            out.print(new OutcomeTable(outcome));
            outcomes.add(outcome);
        }
        out.println();
        out.print(new AimsTable(outcomes));
    }
}
