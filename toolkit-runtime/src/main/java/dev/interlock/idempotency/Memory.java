package dev.interlock.idempotency;

import dev.interlock.guard.Clock;

/** What all idempotent calls of this process share. Thread-safe. */
public final class Memory {

    private final NearCache cache;
    private final Flights flights = new Flights();
    private final IdempotencyCounts counts;
    private final RequestKeys requests;
    private final Clock clock;

    /** @param cacheBytes about how much memory the remembered outcomes may take, 0 for none */
    public Memory(long cacheBytes, IdempotencyCounts counts, RequestKeys requests, Clock clock) {
        this.cache = new NearCache(cacheBytes, clock);
        this.counts = counts;
        this.requests = requests;
        this.clock = clock;
    }

    NearCache cache() {
        return cache;
    }

    Flights flights() {
        return flights;
    }

    IdempotencyCounts counts() {
        return counts;
    }

    RequestKeys requests() {
        return requests;
    }

    Clock clock() {
        return clock;
    }
}
