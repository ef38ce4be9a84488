/** The guard annotations and their enums. */
package dev.interlock.annotation;
