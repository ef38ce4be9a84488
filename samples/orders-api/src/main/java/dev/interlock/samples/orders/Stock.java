package dev.interlock.samples.orders;

import dev.interlock.annotation.RowLocked;
import dev.interlock.jdbc.LockedRows;
import dev.interlock.jdbc.RowLocks;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;
import javax.sql.DataSource;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;
import org.springframework.transaction.annotation.Transactional;

/** What is on the shelf and not promised to anybody. Whoever changes it has its rows locked. */
@Repository
class Stock {

    private final RowLocks<StockItem> items;
    private final JdbcClient jdbc;

    Stock(DataSource dataSource, JdbcClient jdbc) {
        this.items =
                RowLocks.of(dataSource, "stock", StockItem.class).key("sku").waitTime(Duration.ofSeconds(5));
        this.jdbc = jdbc;
    }

    /**
     * Reserves all of it or nothing, in the transaction of the caller; negative quantities are given back.
     *
     * <p>The rows are locked first, in the order of their keys, so what is read of them holds until the commit, and two orders for the
     * same things do not wait for each other in a circle.
     */
    public void reserve(Basket asked) {
        LockedRows<StockItem> locked = items.lockAll(asked.quantities().keySet());
        if (!locked.missing().isEmpty()) {
            throw new UnknownItemException("things", locked.missing());
        }
        requireEnough(asked, locked);
        asked.quantities()
                .forEach((sku, quantity) -> jdbc.sql("UPDATE stock SET available = available - ? WHERE sku = ?")
                        .params(quantity, sku)
                        .update());
    }

    private static void requireEnough(Basket asked, LockedRows<StockItem> locked) {
        Map<String, Integer> tooFew = new TreeMap<>();
        for (StockItem item : locked.rows()) {
            if (asked.of(item.sku()) > item.available()) {
                tooFew.put(item.sku(), item.available());
            }
        }
        if (!tooFew.isEmpty()) {
            throw new OutOfStockException(tooFew);
        }
    }

    /**
     * Somebody counted what is on the shelf. What orders that have not left yet were promised is not available; the lock keeps others
     * from promising more while it is added up.
     *
     * @return what is available now
     */
    @Transactional
    @RowLocked(table = "stock", column = "sku", key = "#sku", waitTime = "5s")
    public StockItem counted(String sku, int onShelf) {
        int promised = jdbc.sql("SELECT coalesce(sum(quantity), 0) FROM order_line JOIN orders ON orders.id = order_id"
                        + " WHERE sku = ? AND status IN ('NEW', 'PAID')")
                .param(sku)
                .query(Integer.class)
                .single();
        if (onShelf < promised) {
            throw new OutOfStockException(Map.of(sku, onShelf));
        }
        return jdbc.sql("UPDATE stock SET available = ? WHERE sku = ? RETURNING sku, available")
                .params(onShelf - promised, sku)
                .query(StockItem.class)
                .single();
    }
}
