package dev.interlock.docs.guards;

import dev.interlock.annotation.AdvisoryLocked;
import dev.interlock.annotation.LockScope;
import dev.interlock.annotation.OnUnavailable;
import java.time.LocalDate;
import java.util.List;
import java.util.Optional;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Isolation;
import org.springframework.transaction.annotation.Transactional;

@Service
class StockRoom {

    private final JdbcClient jdbc;

    StockRoom(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    // tag::transaction[]
    @Transactional
    @AdvisoryLocked(name = "stock", key = "#sku", waitTime = "2s")
    public boolean reserve(String sku, int wanted) {
        int quantity = quantity(sku); // what the former holder has committed
        if (quantity < wanted) {
            return false;
        }
        set(sku, quantity - wanted);
        return true;
    }
    // end::transaction[]

    @Transactional
    public boolean reserveUnguarded(String sku, int wanted) {
        int quantity = quantity(sku);
        if (quantity < wanted) {
            return false;
        }
        set(sku, quantity - wanted);
        return true;
    }

    // tag::session[]
    @AdvisoryLocked(name = "stock-export", key = "#day", waitTime = "0s", onUnavailable = OnUnavailable.SKIP)
    public Optional<String> export(LocalDate day) { // no transaction, no pooled connection
        return Optional.of("stock-" + day + ".csv");
    }
    // end::session[]

    // tag::fenced[]
    @Transactional(isolation = Isolation.REPEATABLE_READ)
    @AdvisoryLocked(name = "stock", key = "#sku", scope = LockScope.SESSION)
    public void recount(String sku) { // the snapshot begins under the lock
        set(sku, quantity(sku));
    }
    // end::fenced[]

    // tag::several[]
    @Transactional
    @AdvisoryLocked(name = "stock", key = "#skus") // all or none, in one order for everybody
    public void swap(List<String> skus) {
        int first = quantity(skus.get(0));
        set(skus.get(0), quantity(skus.get(1)));
        set(skus.get(1), first);
    }
    // end::several[]

    private int quantity(String sku) {
        return jdbc.sql("SELECT quantity FROM stock WHERE sku = ?")
                .param(sku)
                .query(Integer.class)
                .single();
    }

    private void set(String sku, int quantity) {
        jdbc.sql("UPDATE stock SET quantity = ? WHERE sku = ?")
                .params(quantity, sku)
                .update();
    }
}
