package dev.interlock.samples.racelab;

import java.util.List;

/** What the callers of one round were promised, one value for each call that returned. */
record Acknowledged(List<Long> values) {

    long sum() {
        return values.stream().mapToLong(Long::longValue).sum();
    }
}
