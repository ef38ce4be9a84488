package dev.interlock.samples.racelab;

import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;

/**
 * Numbers of things that several callers go for at once: all callers of a group get its first number, then its second, and so on.
 *
 * @param callersEach how many callers are a group
 */
record SharedNumbers(int callersEach, ConcurrentMap<Integer, Integer> calls) {

    /** More than the calls of a caller, so that groups have no number in common. */
    static final int APART = 100;

    SharedNumbers(int callersEach) {
        this(callersEach, new ConcurrentHashMap<>());
    }

    long next(int caller) {
        return (long) caller / callersEach * APART + calls.merge(caller, 1, Integer::sum);
    }

    void forget() {
        calls.clear();
    }
}
