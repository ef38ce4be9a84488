package dev.interlock.docs.migration;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Lock;
import org.springframework.integration.support.locks.LockRegistry;
import org.springframework.stereotype.Component;

// tag::before[]
@Component
class RegistryOrders {

    private final LockRegistry<?> registry;
    private final Section shipping;

    RegistryOrders(LockRegistry<?> registry, Section shipping) {
        this.registry = registry;
        this.shipping = shipping;
    }

    public void ship(long orderId) throws InterruptedException {
        Lock lock = registry.obtain("order:" + orderId);
        if (!lock.tryLock(500, TimeUnit.MILLISECONDS)) {
            throw new IllegalStateException("The order is busy");
        }
        try {
            shipping.run();
        } finally {
            lock.unlock();
        }
    }
}
// end::before[]
