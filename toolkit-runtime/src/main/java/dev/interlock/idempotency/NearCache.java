package dev.interlock.idempotency;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.Expiry;
import dev.interlock.guard.Clock;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Completed calls that this process has seen, so that a replay asks no store.
 *
 * <p><b>Invariant.</b> Only what has committed is in it, and nothing beyond the life of its record: records of completed
 * calls never change until they expire, so a copy needs no other invalidation. Bounded by weight in bytes. Thread-safe.
 */
public final class NearCache {

    /** About what an entry takes besides its outcome. */
    private static final int ENTRY = 400;

    private final Cache<Place, Completed> entries;

    /** @param maxBytes about how much memory it may take; 0 for no cache */
    public NearCache(long maxBytes, Clock clock) {
        this.entries = Caffeine.newBuilder()
                .maximumWeight(maxBytes)
                .<Place, Completed>weigher(
                        (key, completed) -> ENTRY + completed.outcome().body().length)
                .expireAfter(Expiry.<Place, Completed>creating(
                        (key, completed) -> Duration.ofNanos(completed.remainingNanos(clock))))
                .ticker(clock::nanoTime)
                .executor(Runnable::run)
                .build();
    }

    @Nullable
    Completed find(Object store, RecordKey key) {
        return entries.getIfPresent(new Place(store, key));
    }

    void keep(Object store, RecordKey key, Completed completed) {
        entries.put(new Place(store, key), completed);
    }

    long size() {
        entries.cleanUp();
        return entries.estimatedSize();
    }
}
