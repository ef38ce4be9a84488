package dev.interlock.benchmark.contest;

import java.time.Duration;

/**
 * How long a measure takes.
 *
 * @param rounds in each of which every entrant is watched once
 * @param warmUp of each entrant before the first round
 * @param length of each entrant in each round
 */
public record Plan(int rounds, Duration warmUp, Duration length) {

    private static final int QUICK_ROUNDS = 3;
    private static final int QUICKER = 4;

    public static Plan ofMillis(int rounds, long warmUp, long length) {
        return new Plan(rounds, Duration.ofMillis(warmUp), Duration.ofMillis(length));
    }

    /** To see that everything works; the figures are rough. */
    public Plan quick() {
        return new Plan(Math.min(rounds, QUICK_ROUNDS), warmUp.dividedBy(QUICKER), length.dividedBy(QUICKER));
    }
}
