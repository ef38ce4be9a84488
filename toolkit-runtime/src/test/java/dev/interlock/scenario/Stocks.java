package dev.interlock.scenario;

import dev.interlock.annotation.OnUnavailable;
import dev.interlock.annotation.RowLocked;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.transaction.annotation.Transactional;
import org.springframework.transaction.support.TransactionSynchronizationManager;

/** Reads a quantity, thinks about it, and writes it back. */
public class Stocks {

    private final JdbcClient jdbc;

    public Stocks(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    @Transactional
    public boolean takeUnguarded(String sku) {
        return take(sku);
    }

    @RowLocked(table = "scenario_stock", column = "sku", key = "#sku", waitTime = "60s")
    @Transactional
    public boolean takeLocked(String sku) {
        return take(sku);
    }

    /** The pipeline opens the transaction. */
    @RowLocked(table = "scenario_stock", column = "sku", key = "#sku", waitTime = "60s")
    public boolean takeInNoTransaction(String sku) {
        return take(sku);
    }

    @RowLocked(table = "public.scenario_stock", column = "sku", key = "#skus", waitTime = "60s")
    @Transactional
    public int takeAll(List<String> skus) {
        return (int) skus.stream().filter(this::take).count();
    }

    @RowLocked(table = "scenario_stock", column = "sku", key = "#sku", waitTime = "60s")
    @Transactional
    public String whileLocked(String sku, Supplier<String> body) {
        return body.get();
    }

    @RowLocked(table = "scenario_stock", column = "sku", key = "#sku", waitTime = "200ms")
    @Transactional
    public String briefly(String sku) {
        return "ran";
    }

    @RowLocked(
            table = "scenario_stock",
            column = "sku",
            key = "#sku",
            waitTime = "0s",
            onUnavailable = OnUnavailable.SKIP)
    @Transactional
    public @Nullable String orSkip(String sku) {
        return "ran";
    }

    @RowLocked(
            table = "scenario_stock",
            column = "sku",
            key = "#sku",
            waitTime = "0s",
            onUnavailable = OnUnavailable.FALLBACK,
            fallback = "instead")
    @Transactional
    public String orFallback(String sku) {
        return "ran";
    }

    String instead(String sku, RuntimeException refusal) {
        return refusal.getClass().getSimpleName() + ", in transaction: "
                + TransactionSynchronizationManager.isActualTransactionActive();
    }

    private boolean take(String sku) {
        int quantity = jdbc.sql("SELECT quantity FROM scenario_stock WHERE sku = ?")
                .param(sku)
                .query(Integer.class)
                .single();
        LockSupport.parkNanos(300_000);
        if (quantity == 0) {
            return false;
        }
        jdbc.sql("UPDATE scenario_stock SET quantity = ? WHERE sku = ?")
                .params(quantity - 1, sku)
                .update();
        return true;
    }
}
