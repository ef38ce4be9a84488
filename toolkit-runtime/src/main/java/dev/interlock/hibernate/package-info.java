/** Persistence contexts of Hibernate beside rows that are locked by plain SQL. */
@NullMarked
package dev.interlock.hibernate;

import org.jspecify.annotations.NullMarked;
