package dev.interlock.benchmark.overhead;

import dev.interlock.annotation.AdvisoryLocked;
import java.util.concurrent.locks.ReentrantLock;

/** The same small body under each kind of lock. */
public class Counter {

    /** Something with an id, as services get it. */
    public record Order(Long id) {}

    private final ReentrantLock lock;
    private long calls;

    Counter(ReentrantLock lock) {
        this.lock = lock;
    }

    public <T> T plain(T id) {
        calls++;
        return id;
    }

    public <T> T reentrantLock(T id) {
        lock.lock();
        try {
            calls++;
            return id;
        } finally {
            lock.unlock();
        }
    }

    @AdvisoryLocked(name = "counter", key = "'all'")
    public Long literal(Long id) {
        calls++;
        return id;
    }

    @AdvisoryLocked(name = "counter", key = "#id")
    public String text(String id) {
        calls++;
        return id;
    }

    @AdvisoryLocked(name = "counter", key = "#id")
    public Long number(Long id) {
        calls++;
        return id;
    }

    @AdvisoryLocked(name = "counter", key = "#order.id")
    public Order property(Order order) {
        calls++;
        return order;
    }

    long calls() {
        return calls;
    }
}
