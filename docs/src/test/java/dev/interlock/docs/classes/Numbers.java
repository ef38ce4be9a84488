package dev.interlock.docs.classes;

import dev.interlock.jdbc.CounterResult;
import dev.interlock.jdbc.CounterResult.Changed;
import dev.interlock.jdbc.CounterResult.Refused;
import dev.interlock.jdbc.Counters;
import dev.interlock.jdbc.SlottedCounters;
import javax.sql.DataSource;
import org.springframework.stereotype.Repository;

// tag::numbers[]
@Repository
class Numbers {

    private final Counters views;
    private final SlottedCounters likes;
    private final Counters stock;

    Numbers(DataSource dataSource) {
        this.views = Counters.of(dataSource, "page_view").key("page").value("views");
        this.likes =
                Counters.of(dataSource, "page_like").key("page").value("likes").slotted("slot", 64);
        this.stock = Counters.of(dataSource, "stock").key("sku").value("quantity");
    }

    long view(String page) {
        return views.add(page, 1); // the value with it
    }

    void like(String page) {
        likes.add(page, 1); // no value: that is the sum of the slots
    }

    long likes(String page) {
        return likes.sum(page);
    }

    String sell(String sku, int quantity) {
        CounterResult result = stock.tryTake(sku, quantity);
        if (result instanceof Changed changed) {
            return "sold, " + changed.value() + " left";
        }
        return result instanceof Refused refused ? "only " + refused.value() + " left" : "never heard of it";
    }

    boolean restock(String sku, int quantity) {
        return stock.tryAdd(sku, quantity, 1_000).isChanged(); // the shelf holds 1,000
    }
}
// end::numbers[]
