package dev.interlock.idempotency;

import dev.interlock.annotation.IdempotencyMode;
import dev.interlock.annotation.OnDuplicate;
import dev.interlock.annotation.OnExpiredLease;
import java.time.Duration;
import java.util.Optional;

/**
 * How calls of one operation behave, from an annotation or from code.
 *
 * @param name of the operation
 * @param ttl how long an outcome is remembered, more than zero
 * @param waitTime how long a duplicate waits for the first, zero or more
 * @param leaseTime with {@link IdempotencyMode#LEASED}, how long a claim lives without a heartbeat
 */
record IdempotencyTerms(
        String name,
        IdempotencyMode mode,
        Duration ttl,
        OnDuplicate onDuplicate,
        Duration waitTime,
        Duration leaseTime,
        OnExpiredLease onExpiredLease) {

    static final Duration SHORTEST_LEASE = Duration.ofSeconds(1);

    static final IdempotencyTerms DEFAULT = new IdempotencyTerms(
            "",
            IdempotencyMode.TRANSACTIONAL,
            Duration.ofHours(24),
            OnDuplicate.WAIT,
            Duration.ofSeconds(10),
            Duration.ofSeconds(30),
            OnExpiredLease.RETRY);

    boolean holds() {
        return onExpiredLease == OnExpiredLease.HOLD;
    }

    /** What is wrong with the durations. */
    Optional<String> problem() {
        if (ttl.isZero() || ttl.isNegative()) {
            return Optional.of("ttl must be more than zero, or nothing would be remembered");
        }
        if (mode == IdempotencyMode.LEASED && leaseTime.compareTo(SHORTEST_LEASE) < 0) {
            return Optional.of("leaseTime must be at least 1s, or a short pause of the process would end it");
        }
        return Optional.empty();
    }

    IdempotencyTerms withName(String changed) {
        return new IdempotencyTerms(changed, mode, ttl, onDuplicate, waitTime, leaseTime, onExpiredLease);
    }

    IdempotencyTerms withTtl(Duration changed) {
        return new IdempotencyTerms(name, mode, changed, onDuplicate, waitTime, leaseTime, onExpiredLease);
    }

    IdempotencyTerms withOnDuplicate(OnDuplicate changed) {
        return new IdempotencyTerms(name, mode, ttl, changed, waitTime, leaseTime, onExpiredLease);
    }

    IdempotencyTerms withWaitTime(Duration changed) {
        return new IdempotencyTerms(name, mode, ttl, onDuplicate, changed, leaseTime, onExpiredLease);
    }

    IdempotencyTerms leased(Duration lease, OnExpiredLease expired) {
        return new IdempotencyTerms(name, IdempotencyMode.LEASED, ttl, onDuplicate, waitTime, lease, expired);
    }
}
