package dev.interlock.guard;

import dev.interlock.InterlockException;
import java.util.List;

/** Guarded methods break rules. Thrown at start-up with every problem of every method in one report. */
public final class InvalidGuardException extends InterlockException {

    private final List<String> problems;

    public InvalidGuardException(List<String> problems) {
        super(report(problems));
        this.problems = List.copyOf(problems);
    }

    /** One entry for each violated rule: where, rule, remedy. */
    public List<String> problems() {
        return problems;
    }

    private static String report(List<String> problems) {
        StringBuilder report = new StringBuilder(
                problems.size() == 1
                        ? "1 guard cannot be applied:"
                        : problems.size() + " problems with guarded methods:");
        problems.forEach(
                problem -> report.append(System.lineSeparator()).append("  - ").append(problem));
        return report.toString();
    }
}
