package dev.interlock.benchmark.idempotency;

import java.time.Instant;

/** What a customer gets: about 200 bytes of JSON. */
public record Receipt(long id, String key, String item, int quantity, long cents, String status, Instant placedAt) {

    boolean isFor(String asked) {
        return key.equals(asked);
    }
}
