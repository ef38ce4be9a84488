package dev.interlock.samples.racelab;

import java.util.List;

/**
 * What the callers of one round were told.
 *
 * @param promises one value for each call that returned
 * @param failed how many calls ended with an error that is not the guard's refusal
 */
record Answers(List<Long> promises, long failed) {

    long promised() {
        return promises.stream().mapToLong(Long::longValue).sum();
    }
}
