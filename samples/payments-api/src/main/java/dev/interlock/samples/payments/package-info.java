/**
 * A payment service to copy. Everything that somebody may send twice is idempotent: requests of merchants, events of the
 * provider, the daily job, and the mail that follows a payment.
 */
package dev.interlock.samples.payments;
