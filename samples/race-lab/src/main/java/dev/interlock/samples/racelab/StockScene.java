package dev.interlock.samples.racelab;

import dev.interlock.annotation.RowLocked;
import java.util.List;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import org.springframework.transaction.annotation.Transactional;

/** An order takes from the stock: what it leaves is computed from a number that others change meanwhile. */
@Component
class StockScene implements Scene {

    private static final List<String> SKUS = List.of("teapot", "kettle", "mug", "tray");

    /** Of each; about half of what is asked for. */
    private static final long STOCK = 80;

    private final JdbcClient jdbc;
    private final Unguarded unguarded;
    private final Guarded guarded;

    StockScene(JdbcClient jdbc, Unguarded unguarded, Guarded guarded) {
        this.jdbc = jdbc;
        this.unguarded = unguarded;
        this.guarded = guarded;
    }

    @Component
    static class Unguarded {

        private final Body body;

        Unguarded(Body body) {
            this.body = body;
        }

        @Transactional
        public long order(String sku, long quantity) {
            return body.order(sku, quantity);
        }
    }

    @Component
    static class Guarded {

        private final Body body;

        Guarded(Body body) {
            this.body = body;
        }

        @RowLocked(table = "stock", column = "sku", key = "#sku", waitTime = "30s")
        @Transactional
        public long order(String sku, long quantity) {
            return body.order(sku, quantity);
        }
    }

    @Component
    record Body(JdbcClient jdbc) {

        /** Returns how many are ordered: all, or none if there are not as many. */
        long order(String sku, long quantity) {
            long stock = jdbc.sql("SELECT quantity FROM stock WHERE sku = ?")
                    .param(sku)
                    .query(Long.class)
                    .single();
            if (stock < quantity) {
                return 0;
            }
            jdbc.sql("INSERT INTO stock_order (sku, quantity) VALUES (?, ?)")
                    .params(sku, quantity)
                    .update();
            jdbc.sql("UPDATE stock SET quantity = ? WHERE sku = ?")
                    .params(stock - quantity, sku)
                    .update();
            return quantity;
        }
    }

    @Override
    public String name() {
        return "order-stock";
    }

    @Override
    public String title() {
        return "The stock after an order";
    }

    @Override
    public Theme theme() {
        return Theme.STOCK;
    }

    @Override
    public String problem() {
        return "Two orders read the same stock and both write back what they leave of it, so one of them is never taken out.";
    }

    @Override
    public int fewestCallers() {
        return 8;
    }

    @Override
    public void reset() {
        jdbc.sql("CREATE TABLE IF NOT EXISTS stock (sku text PRIMARY KEY, quantity bigint NOT NULL)")
                .update();
        jdbc.sql("CREATE TABLE IF NOT EXISTS stock_order (sku text NOT NULL, quantity bigint NOT NULL)")
                .update();
        jdbc.sql("TRUNCATE stock, stock_order").update();
        SKUS.forEach(sku -> jdbc.sql("INSERT INTO stock (sku, quantity) VALUES (?, ?)")
                .params(sku, STOCK)
                .update());
    }

    @Override
    public Action unguarded() {
        return caller -> unguarded.order(sku(caller), 1 + caller % 3);
    }

    @Override
    public Action guarded() {
        return caller -> guarded.order(sku(caller), 1 + caller % 3);
    }

    private static String sku(int caller) {
        return SKUS.get(caller % SKUS.size());
    }

    record Sold(long ordered, long left) {}

    @Override
    public List<Violation> violations(Answers answers) {
        List<Sold> sold = jdbc.sql(
                        "SELECT quantity AS remaining, (SELECT COALESCE(SUM(o.quantity), 0) FROM stock_order o"
                                + " WHERE o.sku = s.sku) AS ordered FROM stock s")
                .query((row, number) -> new Sold(row.getLong("ordered"), row.getLong("remaining")))
                .list();
        return compare(STOCK, answers.promised(), sold);
    }

    /** Orders that nobody was promised are no violation: a call that failed may have placed one. */
    static List<Violation> compare(long opening, long promised, List<Sold> all) {
        long ordered = all.stream().mapToLong(Sold::ordered).sum();
        long missing = Math.max(0, promised - ordered);
        long oversold = all.stream()
                .mapToLong(sold -> Math.max(0, sold.ordered - opening))
                .sum();
        long astray = all.stream()
                .mapToLong(sold -> Math.abs(opening - sold.ordered - sold.left))
                .sum();
        return Violation.among(
                new Violation(oversold, oversold + " ordered beyond the stock"),
                new Violation(astray, "the stock differs by " + astray + " from what the orders left"),
                new Violation(missing, missing + " of " + promised + " promised missing in the orders"));
    }
}
