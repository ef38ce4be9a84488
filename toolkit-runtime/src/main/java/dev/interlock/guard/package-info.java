/**
 * The spine: from an annotated method to the steps woven around it. Knows no lock, no retry, no backend and no weaving.
 */
@NullMarked
package dev.interlock.guard;

import org.jspecify.annotations.NullMarked;
