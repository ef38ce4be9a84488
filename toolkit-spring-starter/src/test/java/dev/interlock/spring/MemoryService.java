package dev.interlock.spring;

import dev.interlock.annotation.AdvisoryLocked;

/** Guarded, without any database. */
public class MemoryService {

    private int value;

    @AdvisoryLocked(name = "memory")
    public void guarded() {
        increment();
    }

    @AdvisoryLocked(name = "memory", dataSource = "reports")
    public void elsewhere() {
        increment();
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
