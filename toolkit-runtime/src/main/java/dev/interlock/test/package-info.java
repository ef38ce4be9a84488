/**
 * Races for the tests of applications: many callers start at the same instant, and the test asserts how their calls ended and
 * what is left in the end. Plain Java; no test framework and no Spring is needed.
 */
@NullMarked
package dev.interlock.test;

import org.jspecify.annotations.NullMarked;
