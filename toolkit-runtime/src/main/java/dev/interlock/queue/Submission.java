package dev.interlock.queue;

import java.util.UUID;

/**
 * What was submitted to a sequenced queue.
 *
 * @param id to ask for its status by; not to be guessed
 * @param sequence its place among all of its key, which is the order of commits; rises by one from 1 as long as the key is in use
 */
public record Submission(UUID id, long sequence) {}
