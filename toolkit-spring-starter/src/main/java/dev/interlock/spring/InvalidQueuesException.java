package dev.interlock.spring;

import dev.interlock.InterlockException;
import java.util.List;

/** Queues cannot be worked as they are declared. Thrown at start-up, with every problem in one report. */
public final class InvalidQueuesException extends InterlockException {

    private final List<String> problems;

    public InvalidQueuesException(List<String> problems) {
        super(report(problems));
        this.problems = List.copyOf(problems);
    }

    /** One entry for each problem: what, where, rule, remedy. */
    public List<String> problems() {
        return problems;
    }

    private static String report(List<String> problems) {
        StringBuilder report = new StringBuilder(
                problems.size() == 1 ? "1 problem with queues:" : problems.size() + " problems with queues:");
        problems.forEach(
                problem -> report.append(System.lineSeparator()).append("  - ").append(problem));
        return report.toString();
    }
}
