package dev.interlock.docs.migration;

import dev.interlock.lock.AdvisoryLockSpec;
import dev.interlock.lock.LockTemplate;
import java.time.Duration;
import java.util.concurrent.TimeoutException;
import org.springframework.integration.support.locks.LockRegistry;
import org.springframework.stereotype.Component;

@Component
class BothOrders {

    private final LockRegistry<?> registry;
    private final LockTemplate locks;
    private final Section shipping;

    BothOrders(LockRegistry<?> registry, LockTemplate locks, Section shipping) {
        this.registry = registry;
        this.locks = locks;
        this.shipping = shipping;
    }

    // tag::both[]
    public void ship(long orderId) throws InterruptedException, TimeoutException {
        Duration wait = Duration.ofMillis(500);
        AdvisoryLockSpec lock = locks.advisory("order", orderId).waitTime(wait);
        registry.executeLocked(
                "order:" + orderId, wait, () -> lock.run(shipping::run)); // the old one first, in all code
    }
    // end::both[]
}
