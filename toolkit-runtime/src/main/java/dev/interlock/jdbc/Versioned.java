package dev.interlock.jdbc;

/**
 * A row and the version it was read with. A Spring MVC handler may return it: the version becomes the {@code ETag}, the row the
 * body.
 *
 * @param <T> type of the row
 */
public record Versioned<T>(T row, long version) {}
