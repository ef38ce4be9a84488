package dev.interlock.spring;

import dev.interlock.annotation.DistributedMutex;
import java.util.function.Supplier;

/** Under a mutex, without any database. */
public class MutexService {

    private int value;

    @DistributedMutex(name = "service", waitTime = "60s")
    public void guarded() {
        increment();
    }

    @DistributedMutex(name = "service", key = "#key", waitTime = "60s")
    public <T> T during(String key, Supplier<T> body) {
        return body.get();
    }

    public void control() {
        increment();
    }

    public int value() {
        return value;
    }

    private void increment() {
        int read = value;
        Thread.yield();
        value = read + 1;
    }
}
