/**
 * Idempotent calls and versions of rows in Spring MVC: keys and versions in headers, responses as outcomes, and errors as problem
 * details.
 */
@NullMarked
package dev.interlock.spring.web;

import org.jspecify.annotations.NullMarked;
