package dev.interlock.docs.migration;

import dev.interlock.annotation.DistributedMutex;
import dev.interlock.lock.LockTemplate;
import dev.interlock.lock.MutexSpec;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.redisson.api.RLock;
import org.redisson.api.RedissonClient;
import org.springframework.stereotype.Component;

@Component
class RedissonSections {

    private final RedissonClient redisson;
    private final LockTemplate locks;
    private final Section section;

    RedissonSections(RedissonClient redisson, LockTemplate locks, Section section) {
        this.redisson = redisson;
        this.locks = locks;
        this.section = section;
    }

    void old(long itemId) throws InterruptedException {
        under("stock:" + itemId, section::run);
    }

    // tag::both[]
    void both(long itemId) throws InterruptedException {
        MutexSpec mutex = locks.mutex("stock", itemId).waitTime(Duration.ofMillis(500));
        under("stock:" + itemId, () -> mutex.run(section::run)); // the old name first, in all code
    }
    // end::both[]

    // tag::interop[]
    void byHand(long itemId) throws InterruptedException {
        under(locks.redisName("stock", itemId), section::run);
    }

    @DistributedMutex(name = "stock", key = "#itemId", waitTime = "500ms")
    public void byAnnotation(long itemId) {
        section.run();
    }
    // end::interop[]

    private void under(String name, Runnable work) throws InterruptedException {
        RLock lock = redisson.getLock(name);
        if (!lock.tryLock(500, 30_000, TimeUnit.MILLISECONDS)) {
            throw new IllegalStateException("The item is busy");
        }
        try {
            work.run();
        } finally {
            lock.unlock();
        }
    }
}
