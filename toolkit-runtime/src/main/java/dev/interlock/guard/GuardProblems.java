package dev.interlock.guard;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** Collects what is wrong with guarded methods, so that one start-up reports everything at once. Not thread-safe. */
public final class GuardProblems {

    private final Set<String> messages = new LinkedHashSet<>();

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

    public List<String> messages() {
        return new ArrayList<>(messages);
    }

    /** @throws InvalidGuardException if there is any problem */
    public void throwIfAny() {
        if (!messages.isEmpty()) {
            throw new InvalidGuardException(messages());
        }
    }
}
