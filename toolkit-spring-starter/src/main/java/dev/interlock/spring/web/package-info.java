/** Idempotent calls of Spring MVC: keys in headers, responses as outcomes, and errors as problem details. */
@NullMarked
package dev.interlock.spring.web;

import org.jspecify.annotations.NullMarked;
