/** Both ways to weave guards around a method, over one pipeline, and the checks that they reach it. */
@NullMarked
package dev.interlock.weaving;

import org.jspecify.annotations.NullMarked;
