package dev.interlock.samples.orders;

/** Where an order is on its way. */
enum OrderState {
    NEW,
    PAID,
    SHIPPED,
    CANCELLED
}
