package dev.interlock.benchmark.contest;

import java.util.List;

/**
 * A comparison with its aims.
 *
 * @param number by which the command line picks it
 * @param processors where client and servers run
 * @param entrants the first is what the others are compared with
 * @param figures columns of its table; the first is the one that is compared
 */
public record Measure(
        int number,
        String title,
        String note,
        Processors processors,
        Plan plan,
        List<Entrant> entrants,
        List<Figure> figures,
        List<Aim> aims) {

    /** Where client and servers run. */
    public enum Processors {
        ONE("""
                Client and server share one processor after the warm-up: to wake one on another takes longer than the statement
                and varies with luck, while alone the guard's own work counts."""),
        ALL("""
                Client and server run where the scheduler puts them: all processors are busy, and what an engine gains from using
                them together is part of the measure.""");

        private final String reason;

        Processors(String reason) {
            this.reason = reason;
        }

        public String reason() {
            return reason;
        }
    }

    public Measure quick() {
        return new Measure(number, title, note, processors, plan.quick(), entrants, figures, aims);
    }
}
