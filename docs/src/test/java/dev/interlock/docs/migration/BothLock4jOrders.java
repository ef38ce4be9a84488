package dev.interlock.docs.migration;

import com.baomidou.lock.annotation.Lock4j;
import dev.interlock.annotation.DistributedMutex;
import org.springframework.stereotype.Component;

@Component
class BothLock4jOrders {

    private final Section packing;

    BothLock4jOrders(Section packing) {
        this.packing = packing;
    }

    // tag::both[]
    @Lock4j(name = "order", keys = "#orderId", expire = 30_000, acquireTimeout = 500)
    @DistributedMutex(name = "order", key = "#orderId", waitTime = "500ms")
    public void pack(Long orderId) {
        packing.run();
    }
    // end::both[]
}
