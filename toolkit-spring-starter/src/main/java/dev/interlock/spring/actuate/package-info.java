/** The actuator endpoint, for applications that have the actuator. */
@NullMarked
package dev.interlock.spring.actuate;

import org.jspecify.annotations.NullMarked;
