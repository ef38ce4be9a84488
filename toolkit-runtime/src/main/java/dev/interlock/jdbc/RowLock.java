package dev.interlock.jdbc;

/**
 * What came of asking for the lock of one row.
 *
 * @param <T> type of the rows
 */
public sealed interface RowLock<T> {

    /**
     * The row is locked to the end of the transaction.
     *
     * @param row as it is now, past every transaction that held it before
     */
    record Locked<T>(T row) implements RowLock<T> {}

    /** Another transaction held the row for the whole wait time. */
    record Busy<T>() implements RowLock<T> {}

    /** There is no such row. */
    record Missing<T>() implements RowLock<T> {}
}
