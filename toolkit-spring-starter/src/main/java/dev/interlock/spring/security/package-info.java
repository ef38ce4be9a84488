/** Callers as Spring Security knows them. */
@NullMarked
package dev.interlock.spring.security;

import org.jspecify.annotations.NullMarked;
