/** Locks: what their annotations mean, the gate and holds inside the JVM, and the SPI that backends implement. */
@NullMarked
package dev.interlock.lock;

import org.jspecify.annotations.NullMarked;
