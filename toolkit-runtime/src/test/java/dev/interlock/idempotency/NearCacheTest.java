package dev.interlock.idempotency;

import static org.assertj.core.api.Assertions.assertThat;

import dev.interlock.guard.Clock;
import dev.interlock.key.KeyNamespace;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class NearCacheTest {

    private final AtomicLong now = new AtomicLong(Long.MAX_VALUE - 1_000);
    private final Clock clock = new Clock() {
        @Override
        public long nanoTime() {
            return now.get();
        }

        @Override
        public void sleep(Duration duration) {
            now.addAndGet(duration.toNanos());
        }
    };
    private final Object store = new Object();

    @Test
    void anEntryLivesAsLongAsItsRecord() throws InterruptedException {
        NearCache cache = new NearCache(100_000, clock);
        cache.keep(store, key("a"), completed(10, Duration.ofSeconds(5)));
        clock.sleep(Duration.ofMillis(4_999));
        assertThat(cache.find(store, key("a"))).isNotNull();
        clock.sleep(Duration.ofMillis(2));
        assertThat(cache.find(store, key("a"))).isNull();
    }

    @Test
    void theTimeOnTheWayToTheStoreShortensALife() throws InterruptedException {
        NearCache cache = new NearCache(100_000, clock);
        Completed early = completed(10, Duration.ofSeconds(5));
        clock.sleep(Duration.ofSeconds(3));
        cache.keep(store, key("a"), early);
        clock.sleep(Duration.ofMillis(2_001));
        assertThat(cache.find(store, key("a"))).isNull();
    }

    @Test
    void itIsBoundedInBytes() {
        NearCache cache = new NearCache(100_000, clock);
        for (int i = 0; i < 1_000; i++) {
            cache.keep(store, key("key " + i), completed(1_000, Duration.ofHours(1)));
        }
        assertThat(cache.size()).isBetween(1L, 75L);
    }

    @Test
    void anOutcomeThatIsLargerThanTheCacheIsNotKept() {
        NearCache cache = new NearCache(0, clock);
        cache.keep(store, key("a"), completed(1, Duration.ofHours(1)));
        assertThat(cache.size()).isZero();
    }

    @Test
    void anotherStoreHasOtherRecords() {
        NearCache cache = new NearCache(100_000, clock);
        cache.keep(store, key("a"), completed(1, Duration.ofHours(1)));
        assertThat(cache.find(new Object(), key("a"))).isNull();
        assertThat(cache.find(store, key("b"))).isNull();
        assertThat(cache.find(store, RecordKey.ofCaller(new KeyNamespace("n").key("pay"), "a")))
                .as("a caller's own record")
                .isNull();
    }

    private static RecordKey key(String part) {
        return RecordKey.shared(new KeyNamespace("n").key("pay", part));
    }

    private Completed completed(int bytes, Duration life) {
        return Completed.of(StoredOutcome.returned(new byte[bytes]), Fingerprint.NONE, now.get(), life);
    }
}
