package dev.interlock.samples.orders;

/** What happens to an order. */
enum OrderEvent {
    PAY,
    SHIP,
    CANCEL
}
