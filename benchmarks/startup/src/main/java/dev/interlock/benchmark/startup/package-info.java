/** What the starter adds to the start of the same application without it. */
package dev.interlock.benchmark.startup;
