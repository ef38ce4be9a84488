package dev.interlock.samples.votes;

/** Counts how many requests other services deal with at the same time. Thread-safe. */
class Gauge {

    private int now;
    private int most;

    synchronized void enter() {
        now++;
        most = Math.max(most, now);
    }

    synchronized void leave() {
        now--;
    }

    synchronized int now() {
        return now;
    }

    /** The highest it was since it was reset. */
    synchronized int most() {
        return most;
    }

    synchronized void reset() {
        most = now;
    }
}
