package dev.interlock.jdbc;

/** What came of an update that expects a version. */
public sealed interface VersionedResult {

    /** The row had the expected version and has this one now. */
    record Updated(long version) implements VersionedResult {}

    /** The row has another version, so nothing was changed. */
    record Stale(long current) implements VersionedResult {}

    /** There is no such row. */
    record Missing() implements VersionedResult {}
}
