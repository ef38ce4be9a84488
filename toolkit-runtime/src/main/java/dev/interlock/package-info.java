/** What every part of Interlock shares. */
@NullMarked
package dev.interlock;

import org.jspecify.annotations.NullMarked;
