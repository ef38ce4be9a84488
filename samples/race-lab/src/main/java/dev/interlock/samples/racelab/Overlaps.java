package dev.interlock.samples.racelab;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;

/** Counts the calls that entered while another one was inside. */
final class Overlaps {

    private final AtomicInteger inside = new AtomicInteger();
    private final AtomicLong seen = new AtomicLong();

    long during(LongSupplier body) {
        if (inside.getAndIncrement() > 0) {
            seen.incrementAndGet();
        }
        try {
            return body.getAsLong();
        } finally {
            inside.decrementAndGet();
        }
    }

    long seen() {
        return seen.get();
    }

    void forget() {
        seen.set(0);
    }
}
