/**
 * Lock keys: how the {@code key} of an annotation becomes text, and how text becomes the 64-bit key that every node and
 * the database agree on.
 */
@NullMarked
package dev.interlock.key;

import org.jspecify.annotations.NullMarked;
