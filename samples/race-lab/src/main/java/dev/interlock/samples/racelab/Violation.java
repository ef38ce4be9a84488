package dev.interlock.samples.racelab;

import java.util.List;
import java.util.stream.Stream;

/** A kind of broken promise, how often it was broken, and the finding in words. */
record Violation(long count, String finding) {

    /** The violations among the candidates: those that happened at least once. */
    static List<Violation> among(Violation... candidates) {
        return Stream.of(candidates).filter(candidate -> candidate.count() > 0).toList();
    }

    static long total(List<Violation> violations) {
        return violations.stream().mapToLong(Violation::count).sum();
    }
}
