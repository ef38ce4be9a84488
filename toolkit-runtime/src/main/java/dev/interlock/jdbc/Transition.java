package dev.interlock.jdbc;

/**
 * What came of firing an event of a state machine.
 *
 * @param <S> the states
 */
public sealed interface Transition<S> {

    /** The row was in one state and is in another now. */
    record Applied<S>(S from, S to) implements Transition<S> {}

    /** The row is where the event leads to, and the event does not lead away from there: it was fired before. */
    record AlreadyThere<S>(S current) implements Transition<S> {}

    /** The event does not lead away from the row's state. */
    record Rejected<S>(S current) implements Transition<S> {}

    /** There is no such row. */
    record Missing<S>() implements Transition<S> {}

    default boolean isApplied() {
        return this instanceof Applied;
    }
}
