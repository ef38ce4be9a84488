package dev.interlock.benchmark.contest;

import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * The command line.
 *
 * @param only numbers of the measures to run, empty for all
 * @param quick whether short and rough is good enough
 */
record Options(Set<Integer> only, boolean quick) {

    static final String USAGE = "options: [--only=<numbers of measures, as 5,6>] [--quick]";

    private static final String ONLY = "--only=";
    private static final String QUICK = "--quick";

    /** @throws IllegalArgumentException that says what is wrong */
    static Options parse(String[] arguments, List<Measure> measures) {
        Options options = new Options(Set.of(), false);
        for (String argument : arguments) {
            if (argument.equals(QUICK)) {
                options = new Options(options.only, true);
            } else if (argument.startsWith(ONLY)) {
                options = new Options(numbers(argument.substring(ONLY.length()), measures), options.quick);
            } else {
                throw new IllegalArgumentException("unknown option " + argument + "; " + USAGE);
            }
        }
        return options;
    }

    private static Set<Integer> numbers(String list, List<Measure> measures) {
        return Arrays.stream(list.split(",", -1))
                .map(text -> number(text, measures))
                .collect(Collectors.toUnmodifiableSet());
    }

    private static int number(String text, List<Measure> measures) {
        return measures.stream()
                .map(Measure::number)
                .filter(number -> text.strip().equals(String.valueOf(number)))
                .findAny()
                .orElseThrow(() -> new IllegalArgumentException("there is no measure '" + text + "'; " + USAGE));
    }

    /** What is to be run. */
    List<Measure> select(List<Measure> measures) {
        return measures.stream()
                .filter(measure -> only.isEmpty() || only.contains(measure.number()))
                .map(measure -> quick ? measure.quick() : measure)
                .toList();
    }
}
