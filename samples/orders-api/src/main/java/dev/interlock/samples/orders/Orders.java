package dev.interlock.samples.orders;

import dev.interlock.jdbc.StateMachine;
import dev.interlock.jdbc.Versioned;
import dev.interlock.jdbc.VersionedRow;
import dev.interlock.jdbc.VersionedUpdate;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import javax.sql.DataSource;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;

/**
 * Orders with their lines. The version of an order stands for all that clients see of it: who changes its lines or its state
 * changes its version too, in the same transaction.
 */
@Repository
class Orders {

    private final VersionedUpdate<Order> orders;
    private final StateMachine<OrderState, OrderEvent> states;
    private final JdbcClient jdbc;

    Orders(DataSource dataSource, StateMachine<OrderState, OrderEvent> states, JdbcClient jdbc) {
        this.orders = VersionedUpdate.of(dataSource, "orders", Order.class).columns("address", "note");
        this.states = states;
        this.jdbc = jdbc;
    }

    Versioned<Order> find(UUID id) {
        return orders.findOrThrow(id);
    }

    /** To be called where nobody else can change the order: under its lock, or with a snapshot of the database. */
    Versioned<OrderView> view(UUID id) {
        Versioned<Order> order = find(id);
        Set<OrderEvent> possible = states.events(order.row().status());
        return new Versioned<>(new OrderView(order.row(), lines(id), possible), order.version());
    }

    List<OrderLine> lines(UUID id) {
        return jdbc.sql("SELECT sku, quantity FROM order_line WHERE order_id = ? ORDER BY sku")
                .param(id)
                .query(OrderLine.class)
                .list();
    }

    /** An order without lines, which is not rewarded yet. */
    void create(UUID id, NewOrder asked) {
        jdbc.sql("INSERT INTO orders (id, customer, address) VALUES (?, ?, ?)")
                .params(id, asked.customer(), asked.address())
                .update();
    }

    void markRewarded(UUID id) {
        jdbc.sql("UPDATE orders SET rewarded = true WHERE id = ?").param(id).update();
    }

    /** Begins a change, which locks the order until the commit. */
    VersionedRow change(UUID id) {
        return orders.row(id);
    }

    void replaceLines(UUID id, Basket lines) {
        jdbc.sql("DELETE FROM order_line WHERE order_id = ?").param(id).update();
        lines.quantities()
                .forEach(
                        (sku, quantity) -> jdbc.sql("INSERT INTO order_line (order_id, sku, quantity) VALUES (?, ?, ?)")
                                .params(id, sku, quantity)
                                .update());
    }
}
