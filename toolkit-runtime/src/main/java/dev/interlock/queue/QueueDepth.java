package dev.interlock.queue;

/**
 * How many jobs of a queue are where, counted at one moment.
 *
 * @param ready to be claimed
 * @param later delayed, or waiting for their next attempt
 * @param running claimed by a worker, at work or about to be
 * @param parked put aside behind a running job of their key
 * @param dead dead letters
 */
public record QueueDepth(long ready, long later, long running, long parked, long dead) {}
