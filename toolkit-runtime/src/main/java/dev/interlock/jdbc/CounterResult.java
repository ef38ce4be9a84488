package dev.interlock.jdbc;

/** What came of changing a counter within a limit. */
public sealed interface CounterResult {

    /** The counter has this value now. */
    record Changed(long value) implements CounterResult {}

    /** The change would pass the limit, so nothing was changed; the counter had this value. */
    record Refused(long value) implements CounterResult {}

    /** There is no such counter. */
    record Missing() implements CounterResult {}

    default boolean isChanged() {
        return this instanceof Changed;
    }
}
