/** Backends inside one JVM, for development and tests; chosen by an explicit property only. */
@NullMarked
package dev.interlock.memory;

import org.jspecify.annotations.NullMarked;
