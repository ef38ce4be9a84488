package dev.interlock.docs.migration;

import dev.interlock.annotation.DistributedMutex;
import org.springframework.stereotype.Component;
import org.springframework.transaction.annotation.Transactional;

// tag::after[]
@Component
class InterlockStock {

    private final Balances stock;

    InterlockStock(Balances stock) {
        this.stock = stock;
    }

    @Transactional
    @DistributedMutex(name = "stock", key = "#itemId")
    public void add(long itemId, long quantity) {
        stock.write(itemId, stock.read(itemId) + quantity);
    }
}
// end::after[]
