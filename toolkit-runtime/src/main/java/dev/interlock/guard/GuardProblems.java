package dev.interlock.guard;

import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Collects what is wrong with guarded methods, so that one start-up reports everything at once. Not thread-safe. */
public final class GuardProblems {

    private final Set<String> messages = new HashSet<>();

    /**
     * Adds one problem.
     *
     * @param where the annotation and method, or the bean
     * @param message the rule and the remedy
     */
    public void add(String where, String message) {
        messages.add(where + ": " + message);
    }

    /** Number of problems so far, to tell whether a part added any. */
    public int size() {
        return messages.size();
    }

    /** Sorted, since neither beans nor methods come in an order of their own. */
    public List<String> messages() {
        return messages.stream().sorted().toList();
    }

    /** @throws InvalidGuardException if there is any problem */
    public void throwIfAny() {
        if (!messages.isEmpty()) {
            throw new InvalidGuardException(messages());
        }
    }
}
