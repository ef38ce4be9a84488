package dev.interlock.samples.racelab;

import java.util.List;
import java.util.stream.Stream;

/** A kind of broken promise, how often it was broken, and the finding in words. */
record Violation(long count, String finding) {

    /** The violations among the candidates: those that happened at least once. */
    static List<Violation> among(Violation... candidates) {
        return Stream.of(candidates).filter(candidate -> candidate.count() > 0).toList();
    }

    /** Calls told of a conflict that a retry would have kept from them. */
    static Violation failed(long calls) {
        return new Violation(calls, calls + " calls failed that another attempt would have saved");
    }

    static long total(List<Violation> violations) {
        return violations.stream().mapToLong(Violation::count).sum();
    }
}
