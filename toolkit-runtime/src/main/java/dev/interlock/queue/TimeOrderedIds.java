package dev.interlock.queue;

import java.time.Clock;
import java.util.UUID;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicLong;

/**
 * UUIDs of version 7 (RFC 9562, "UUID Version 7", with the 12 bits of {@code rand_a} as a counter): those of one process are in
 * the order of their making, those of several about so, and an index grows at its end.
 *
 * <p><b>Concurrency.</b> Milliseconds and counter are one number that only rises, by compare-and-set; a clock that goes back
 * only makes the counter run on.
 */
final class TimeOrderedIds {

    private static final int COUNTER_BITS = 12;
    private static final long COUNTER_MASK = (1L << COUNTER_BITS) - 1;
    private static final Clock CLOCK = Clock.systemUTC();
    private static final AtomicLong LAST = new AtomicLong();

    private TimeOrderedIds() {}

    static UUID next() {
        long now = CLOCK.millis() << COUNTER_BITS;
        long tick = LAST.updateAndGet(last -> Math.max(last + 1, now));
        long most = tick >>> COUNTER_BITS << 16 | 0x7000L | tick & COUNTER_MASK;
        long least = ThreadLocalRandom.current().nextLong() & 0x3fff_ffff_ffff_ffffL | 0x8000_0000_0000_0000L;
        return new UUID(most, least);
    }
}
