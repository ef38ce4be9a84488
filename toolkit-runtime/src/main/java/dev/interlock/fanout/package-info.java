/** Outside calls in parallel within bounds of number and time. */
@NullMarked
package dev.interlock.fanout;

import org.jspecify.annotations.NullMarked;
