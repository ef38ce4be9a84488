package dev.interlock.idempotency;

import org.jspecify.annotations.Nullable;

/**
 * Where the records of one DataSource are kept.
 *
 * @param transactional {@code null} if there is no database for them
 * @param leased {@code null} if there is no store for them
 */
public record IdempotencySpace(
        @Nullable TransactionalRecords transactional,
        @Nullable LeasedRecords leased) {}
