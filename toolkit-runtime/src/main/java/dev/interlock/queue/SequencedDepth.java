package dev.interlock.queue;

/**
 * How much of a sequenced queue is where, counted at one moment.
 *
 * @param waiting submissions that have not ended
 * @param keys that have any of these
 * @param running keys that a worker has
 * @param blocked keys that stand still
 * @param dead dead letters
 */
public record SequencedDepth(long waiting, long keys, long running, long blocked, long dead) {}
