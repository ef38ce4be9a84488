/** Meters and spans through Micrometer. */
@NullMarked
package dev.interlock.spring.observation;

import org.jspecify.annotations.NullMarked;
