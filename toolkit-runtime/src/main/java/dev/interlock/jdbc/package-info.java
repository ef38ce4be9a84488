/** Optimistic updates and what they end in. */
@NullMarked
package dev.interlock.jdbc;

import org.jspecify.annotations.NullMarked;
