package dev.interlock.samples.racelab;

import java.util.List;

/**
 * One race, shown without and with the guard.
 *
 * <p>A scene is a component with three nested components: {@code Body}, what the call does, and {@code Unguarded} and
 * {@code Guarded}, which call it and differ by the guard's annotation alone; under {@code @RetryOnConflict} also by the
 * isolation, which decides whether there is a conflict to retry, and under {@code @Idempotent} also by the key for the next
 * system, which the guard gives and without which each call makes one up. Scenes of the same call share a body of their own.
 *
 * <p>Where the guard is a class, the arms differ by their code: {@code Unguarded} looks and then writes by plain SQL, as is often
 * done, where {@code Guarded} asks an object of the class. Likewise under {@code @StateTransition}, since a body that looks at the
 * state would see the transition. What follows of it is the body again, and the transaction is the same; without anything in
 * common there is no body. Where the guard is a queue, the body is what its workers do, and {@code Unguarded} has workers of its own.
 *
 * <p>A scene is found by being in this package. It is an ordinary class of the file of its name, from which the page shows the
 * arms.
 */
interface Scene {

    /** Name on the command line and in the report: lower case with dashes. */
    String name();

    String title();

    /** Where the page's gallery shows the scene. */
    Theme theme();

    /** What goes wrong without the guard, in one sentence. */
    String problem();

    /** Among fewer callers the race cannot show, or not within the rounds of a run. */
    default int fewestCallers() {
        return Extent.CALLERS.least();
    }

    /** Lays the tables as they are before each round. */
    void reset();

    Action unguarded();

    Action guarded();

    default Pace pace() {
        return Pace.AT_ONCE;
    }

    /** Waits until what the calls left to be done in the background has been done. Called after each round, when no call runs. */
    default void settle() throws InterruptedException {}

    /** Compares what the database holds with what the callers were told. Called after {@link #settle}. */
    List<Violation> violations(Answers answers);
}
