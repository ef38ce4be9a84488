/** What can be measured and traced, under which names, and who is told of it. */
@NullMarked
package dev.interlock.observation;

import org.jspecify.annotations.NullMarked;
