package dev.interlock.lock;

import dev.interlock.guard.TransactionScope;
import org.jspecify.annotations.Nullable;

/**
 * What the outer layer of a fenced lock tells the inner one.
 *
 * @param outside the caller's transaction, if the method joins one
 */
record FencedCall(HeldLocks held, @Nullable TransactionScope outside) {}
