package dev.interlock.docs.guards;

import dev.interlock.lock.LockHold;
import dev.interlock.lock.LockTemplate;
import java.time.Duration;
import org.redisson.api.RLock;
import org.redisson.api.RedissonClient;
import org.springframework.stereotype.Component;
import org.springframework.transaction.support.TransactionOperations;

@Component
class Shelf {

    private final LockTemplate locks;
    private final TransactionOperations transactions;
    private final RedissonClient redisson;

    Shelf(LockTemplate locks, TransactionOperations transactions, RedissonClient redisson) {
        this.locks = locks;
        this.transactions = transactions;
        this.redisson = redisson;
    }

    // tag::code[]
    boolean sort(long shelf, Runnable work) {
        return locks.mutex("shelf", shelf).waitTime(Duration.ofSeconds(1)).tryRun(work::run);
    }

    void sortFenced(long shelf, Runnable work) {
        locks.mutex("shelf", shelf)
                .run(() -> transactions.executeWithoutResult(transaction -> {
                    LockHold.current().claimFence(); // first in the transaction
                    work.run();
                }));
    }

    RLock plainLock(long shelf) {
        return redisson.getLock(locks.redisName("shelf", shelf)); // excludes the mutex, and the mutex it
    }
    // end::code[]
}
