package dev.interlock.docs.migration;

import java.util.concurrent.TimeUnit;
import org.redisson.api.RLock;
import org.redisson.api.RedissonClient;
import org.springframework.stereotype.Component;
import org.springframework.transaction.annotation.Transactional;

// tag::before[]
@Component
class RedissonStock {

    private final RedissonClient redisson;
    private final Balances stock;

    RedissonStock(RedissonClient redisson, Balances stock) {
        this.redisson = redisson;
        this.stock = stock;
    }

    @Transactional
    public void add(long itemId, long quantity) throws InterruptedException {
        RLock lock = redisson.getLock("stock:" + itemId);
        if (!lock.tryLock(5, 30, TimeUnit.SECONDS)) {
            throw new IllegalStateException("The item is busy");
        }
        try {
            stock.write(itemId, stock.read(itemId) + quantity);
        } finally {
            lock.unlock(); // the next one reads before this is committed
        }
    }
}
// end::before[]
