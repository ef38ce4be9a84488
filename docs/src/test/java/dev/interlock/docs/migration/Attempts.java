package dev.interlock.docs.migration;

import java.util.concurrent.atomic.AtomicInteger;
import org.springframework.dao.OptimisticLockingFailureException;
import org.springframework.stereotype.Component;

/** Counts how often a body runs, and has it meet conflicts. */
@Component
class Attempts {

    private final AtomicInteger count = new AtomicInteger();
    private volatile int failing;

    void count() {
        if (count.incrementAndGet() <= failing) {
            throw new OptimisticLockingFailureException("As if somebody had been faster");
        }
    }

    /** From now on: a new count, whose first attempts fail. */
    void fail(int first) {
        count.set(0);
        failing = first;
    }

    int made() {
        return count.get();
    }
}
