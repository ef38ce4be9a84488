/** Locks and leases in Redis, by way of Redisson. */
@NullMarked
package dev.interlock.redisson;

import org.jspecify.annotations.NullMarked;
