package dev.interlock.idempotency;

import java.time.Instant;

/**
 * A call whose outcome is unknown: its holder went away after the call had begun.
 *
 * @param id of the record; says nothing of its key
 * @param name of the operation
 * @param claimedAt by the clock of the store
 * @param leaseEndedAt by the clock of the store
 */
public record HeldRecord(String id, String name, Instant claimedAt, Instant leaseEndedAt) {}
