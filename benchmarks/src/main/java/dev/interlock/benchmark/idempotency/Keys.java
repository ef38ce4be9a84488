package dev.interlock.benchmark.idempotency;

import java.util.UUID;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.LongStream;

/** Which key the next call has, and how many different ones there were. Thread-safe. */
interface Keys {

    String next();

    /** Keys that should have an effect by now. */
    long distinct();

    /** Called before each round. */
    default void beginRound() {}

    /** A new one for every call. */
    static Keys fresh(long shop) {
        AtomicLong last = new AtomicLong();
        return new Keys() {
            @Override
            public String next() {
                return key(shop, last.incrementAndGet());
            }

            @Override
            public long distinct() {
                return last.get();
            }
        };
    }

    /** The same ones over and over. */
    static Keys recurring(long shop, int size) {
        String[] keys = LongStream.rangeClosed(1, size)
                .mapToObj(number -> key(shop, number))
                .toArray(String[]::new);
        AtomicLong calls = new AtomicLong();
        return new Keys() {
            @Override
            public String next() {
                return keys[(int) (calls.getAndIncrement() % size)];
            }

            @Override
            public long distinct() {
                return size;
            }
        };
    }

    /** A new one for every round, the same for all its calls. */
    static Keys ofRounds(long shop) {
        return new Keys() {
            private volatile long round;
            private volatile String key = "";

            @Override
            public void beginRound() {
                round++;
                key = key(shop, round);
            }

            @Override
            public String next() {
                return key;
            }

            @Override
            public long distinct() {
                return round;
            }
        };
    }

    /** As long as those that clients send. */
    private static String key(long shop, long number) {
        return new UUID(shop, number).toString();
    }
}
