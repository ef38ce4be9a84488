/**
 * An invoicing service to copy. Its guards are woven by AspectJ, so they stand where the work is: on private methods, on
 * methods that the class calls on itself, and on an object that is no bean.
 */
package dev.interlock.samples.invoicing;
