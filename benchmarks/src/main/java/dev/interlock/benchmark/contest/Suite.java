package dev.interlock.benchmark.contest;

import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;

/** Measures that are run and printed together. */
public final class Suite {

    private final String caption;
    private final List<Measure> measures;

    /** @param caption what its figures are; {@code %s} for the JDK and {@code %d} for the number of processors */
    public Suite(String caption, List<Measure> measures) {
        this.caption = caption;
        this.measures = measures;
    }

    /**
     * With what the command line picks.
     *
     * @throws IllegalArgumentException that says what is wrong
     */
    public Suite select(String... arguments) {
        return new Suite(caption, Options.parse(arguments, measures).select(measures));
    }

    /** Runs what the command line picks; one that says something else ends the JVM with 2. */
    public void main(String... arguments) throws InterruptedException {
        Suite picked;
        try {
            picked = select(arguments);
        } catch (IllegalArgumentException wrong) {
            System.err.println(wrong.getMessage());
            System.exit(2);
            return;
        }
        picked.run(System.out);
    }

    /** Runs one measure after the other and prints each as it ends, then all aims. */
    public void run(PrintStream out) throws InterruptedException {
        out.printf(caption, Runtime.version(), Runtime.getRuntime().availableProcessors());
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
