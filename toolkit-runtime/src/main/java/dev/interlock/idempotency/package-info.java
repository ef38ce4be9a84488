/**
 * Idempotent calls: the guard of {@code @Idempotent}, its twin for code, what is remembered of a call, and the interfaces of
 * the stores that remember it.
 */
@NullMarked
package dev.interlock.idempotency;

import org.jspecify.annotations.NullMarked;
