package dev.interlock.samples.orders;

import dev.interlock.jdbc.ExpectedVersion;
import dev.interlock.jdbc.Versioned;
import java.util.UUID;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Isolation;
import org.springframework.transaction.annotation.Transactional;

/** Where orders are placed, shown and edited. */
@Service
class OrderDesk {

    private final Orders orders;
    private final Stock stock;
    private final Coupons coupons;
    private final Customers customers;

    OrderDesk(Orders orders, Stock stock, Coupons coupons, Customers customers) {
        this.orders = orders;
        this.stock = stock;
        this.coupons = coupons;
        this.customers = customers;
    }

    /** Stock, coupon, reward and order commit together or not at all. */
    @Transactional
    public Versioned<OrderView> place(NewOrder asked) {
        Basket basket = Basket.of(asked.lines());
        stock.reserve(basket);
        boolean isNew = customers.welcome(asked.customer());
        UUID id = UUID.randomUUID();
        orders.create(id, asked);
        orders.replaceLines(id, basket);
        if (asked.coupon() != null) {
            coupons.redeem(asked.coupon(), id);
        }
        if (isNew && customers.takeReward()) {
            orders.markRewarded(id);
        }
        return orders.view(id);
    }

    /** In a snapshot, so that order, lines and version are of the same moment. */
    @Transactional(readOnly = true, isolation = Isolation.REPEATABLE_READ)
    public Versioned<OrderView> show(UUID id) {
        return orders.view(id);
    }

    /**
     * Edits the order that the client has read, with its lines. The order's version is checked and moved on first of all: of
     * all who edit the same version one gets past that, and the others do not even look at the lines.
     */
    @Transactional
    public Versioned<OrderView> edit(UUID id, ExpectedVersion expected, OrderEdit edit) {
        orders.change(id)
                .expected(expected)
                .set("address", edit.address())
                .set("note", edit.note())
                .updateOrThrow();
        requireEditable(id);
        Basket before = Basket.of(orders.lines(id));
        Basket after = Basket.of(edit.lines());
        stock.reserve(after.minus(before));
        orders.replaceLines(id, after);
        return orders.view(id);
    }

    private void requireEditable(UUID id) {
        OrderState status = orders.find(id).row().status();
        if (status != OrderState.NEW) {
            throw new OrderNotEditableException(status);
        }
    }
}
