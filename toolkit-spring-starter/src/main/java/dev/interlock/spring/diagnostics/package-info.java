/** What a failed start-up tells the operator. */
@NullMarked
package dev.interlock.spring.diagnostics;

import org.jspecify.annotations.NullMarked;
