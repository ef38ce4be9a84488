package dev.interlock.jdbc;

/**
 * A row that was looked for and is there in any case.
 *
 * @param <T> type of the row
 */
public sealed interface FoundOrCreated<T> {

    T row();

    /** Whether this call created the row. */
    default boolean isCreated() {
        return this instanceof Created;
    }

    /** The row was there before, or somebody else created it meanwhile; what would have been set on creation was not. */
    record Found<T>(T row) implements FoundOrCreated<T> {}

    /** This call created the row. */
    record Created<T>(T row) implements FoundOrCreated<T> {}
}
