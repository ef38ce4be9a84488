package dev.interlock.queue;

import java.util.UUID;

/**
 * A key that stands still behind a submission that failed.
 *
 * @param submission the one that failed
 * @param waiting how many are behind it
 * @param attempts how many there were
 * @param reason what the last of them ended in
 */
public record BlockedKey(UUID submission, long waiting, int attempts, String reason) {}
