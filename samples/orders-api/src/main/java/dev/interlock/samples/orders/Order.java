package dev.interlock.samples.orders;

import java.util.UUID;

/**
 * A row of the table of orders.
 *
 * @param rewarded whether its customer is one of the first hundred
 */
record Order(UUID id, String customer, String address, String note, OrderState status, boolean rewarded) {}
