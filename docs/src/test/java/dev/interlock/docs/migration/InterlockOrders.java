package dev.interlock.docs.migration;

import dev.interlock.annotation.AdvisoryLocked;
import dev.interlock.annotation.DistributedMutex;
import org.springframework.stereotype.Component;

@Component
class InterlockOrders {

    private final Section shipping;

    InterlockOrders(Section shipping) {
        this.shipping = shipping;
    }

    // tag::after[]
    @AdvisoryLocked(name = "order", key = "#orderId", waitTime = "500ms")
    public void ship(long orderId) {
        shipping.run();
    }
    // end::after[]

    // tag::mutex[]
    @DistributedMutex(name = "order", key = "#orderId", waitTime = "500ms")
    public void pack(long orderId) {
        shipping.run();
    }
    // end::mutex[]
}
