package dev.interlock.idempotency;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.interlock.guard.Clock;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.springframework.util.function.SingletonSupplier;

/**
 * Completed calls that this process has seen, so that a replay asks no store.
 *
 * <p><b>Invariant.</b> Only what has committed is in it, and nothing is given out beyond the life of its record: records of
 * completed calls never change until they expire, so a copy needs no other invalidation. An entry is asked for its age when
 * it is found, which costs less than to have the cache watch over all of them; those that nobody asks for give way to others.
 * Bounded by weight in bytes. Thread-safe.
 */
public final class NearCache {

    /** About what an entry takes besides its outcome. */
    private static final int ENTRY = 400;

    /** Made when it is first needed: Caffeine is most of what idempotent calls would add to the start of those who make none. */
    private final @Nullable Supplier<Cache<Place, Completed>> entries;

    private final Clock clock;

    /** @param maxBytes about how much memory it may take; 0 for no cache */
    public NearCache(long maxBytes, Clock clock) {
        this.entries = maxBytes == 0
                ? null
                : SingletonSupplier.of(() -> Caffeine.newBuilder()
                        .maximumWeight(maxBytes)
                        .<Place, Completed>weigher((place, completed) ->
                                ENTRY + completed.outcome().body().length)
                        .build());
        this.clock = clock;
    }

    @Nullable
    Completed find(Object store, RecordKey key) {
        if (entries == null) {
            return null;
        }
        Place place = new Place(store, key);
        Completed completed = entries.get().getIfPresent(place);
        if (completed == null || completed.isAlive(clock)) {
            return completed;
        }
        entries.get().asMap().remove(place, completed);
        return null;
    }

    void keep(Object store, RecordKey key, Completed completed) {
        if (entries != null) {
            entries.get().put(new Place(store, key), completed);
        }
    }

    long size() {
        if (entries == null) {
            return 0;
        }
        entries.get().cleanUp();
        return entries.get().estimatedSize();
    }
}
