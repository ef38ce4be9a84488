package dev.interlock.idempotency;

/**
 * Where a record is.
 *
 * @param store by identity
 */
record Place(Object store, RecordKey key) {}
