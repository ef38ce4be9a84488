/**
 * An order and inventory service to copy. However many customers and clerks are at it at once, stock is promised once, edits
 * do not overwrite each other, a coupon is redeemed once and an order is shipped once.
 *
 * <p>Whoever locks more than one thing locks the order first, then stock. An order that is being placed has nobody waiting for it,
 * so it may lock stock before.
 */
package dev.interlock.samples.orders;
