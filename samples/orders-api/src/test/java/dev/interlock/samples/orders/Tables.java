package dev.interlock.samples.orders;

import java.util.UUID;
import org.springframework.jdbc.core.simple.JdbcClient;

/** What the database says in the end. */
record Tables(JdbcClient jdbc) {

    void stock(String sku, int available) {
        jdbc.sql("INSERT INTO stock (sku, available) VALUES (?, ?)")
                .params(sku, available)
                .update();
    }

    int available(String sku) {
        return number("SELECT available FROM stock WHERE sku = ?", sku);
    }

    /** What orders that are not cancelled were promised. */
    int promised(String sku) {
        return number(
                "SELECT coalesce(sum(quantity), 0) FROM order_line JOIN orders ON orders.id = order_id"
                        + " WHERE sku = ? AND status <> 'CANCELLED'",
                sku);
    }

    String order(UUID id, String column) {
        return jdbc.sql("SELECT " + column + "::text FROM orders WHERE id = ?")
                .param(id)
                .query(String.class)
                .single();
    }

    int transitions(UUID id, String event) {
        return number("SELECT count(*) FROM order_event WHERE order_id = ? AND event = ?", id, event);
    }

    int number(String sql, Object... parameters) {
        return jdbc.sql(sql).params(parameters).query(Integer.class).single();
    }
}
