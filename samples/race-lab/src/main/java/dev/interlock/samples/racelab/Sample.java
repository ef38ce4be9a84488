package dev.interlock.samples.racelab;

/** One call as its caller saw it; the times are {@link System#nanoTime()}. */
record Sample(Outcome outcome, long start, long end) {

    long nanos() {
        return end - start;
    }
}
