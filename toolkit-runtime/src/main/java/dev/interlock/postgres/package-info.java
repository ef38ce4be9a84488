/** Locks and schema on Postgres. */
@NullMarked
package dev.interlock.postgres;

import org.jspecify.annotations.NullMarked;
