package dev.interlock.samples.orders;

import dev.interlock.annotation.StateTransition;
import dev.interlock.jdbc.Versioned;
import java.util.UUID;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Transactional;

/**
 * What happens to an order after it was placed. Of all who ask for the same step at once one takes it; the body runs for that one
 * alone, in the transaction of the step.
 */
@Service
class OrderProgress {

    private static final String MACHINE = "orderStateMachine";

    private final Orders orders;
    private final Stock stock;

    OrderProgress(Orders orders, Stock stock) {
        this.orders = orders;
        this.stock = stock;
    }

    @Transactional
    @StateTransition(machine = MACHINE, key = "#id", event = "PAY")
    public Versioned<OrderView> pay(UUID id) {
        return orders.view(id);
    }

    @Transactional
    @StateTransition(machine = MACHINE, key = "#id", event = "SHIP")
    public Versioned<OrderView> ship(UUID id) {
        return orders.view(id);
    }

    /** Gives the stock back. A redeemed coupon stays redeemed, and the customer one of the first hundred. */
    @Transactional
    @StateTransition(machine = MACHINE, key = "#id", event = "CANCEL")
    public Versioned<OrderView> cancel(UUID id) {
        stock.reserve(Basket.EMPTY.minus(Basket.of(orders.lines(id))));
        return orders.view(id);
    }
}
