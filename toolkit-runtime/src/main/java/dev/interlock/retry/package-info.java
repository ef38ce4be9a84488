/**
 * Retry that knows the transaction: conflicts are told apart by SQLSTATE, every attempt is a transaction of its own, retries
 * come out of a budget, and from some attempt on a lock may be taken first.
 */
@NullMarked
package dev.interlock.retry;

import org.jspecify.annotations.NullMarked;
