/**
 * Plain classes over the tables of the application, and the guards of {@code @RowLocked} and {@code @StateTransition}: each does
 * one thing with a few statements of SQL.
 */
@NullMarked
package dev.interlock.jdbc;

import org.jspecify.annotations.NullMarked;
