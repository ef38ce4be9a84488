package dev.interlock.test;

import java.util.Random;

/**
 * Who makes a call of a {@link Race}, and which call it is. An object of one call, made and used by the caller's thread.
 *
 * @param number the caller, from 0 to one less than there are callers
 * @param round the round, from 1
 * @param call which of its calls in this round the caller makes, from 0
 * @param random seeded from the race's seed, the round and the caller, so that a repetition draws the same numbers; one for all
 *     calls of a caller in a round, and a {@link Random} because {@link java.util.Collections#shuffle} takes no other
 */
public record Caller(int number, int round, int call, Random random) {}
