package dev.interlock.docs.migration;

import com.baomidou.lock.annotation.Lock4j;
import org.springframework.stereotype.Component;

// tag::before[]
@Component
class Lock4jOrders {

    private final Section packing;

    Lock4jOrders(Section packing) {
        this.packing = packing;
    }

    @Lock4j(name = "order", keys = "#orderId", expire = 30_000, acquireTimeout = 500)
    public void pack(Long orderId) {
        packing.run();
    }
}
// end::before[]
