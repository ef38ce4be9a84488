package dev.interlock.benchmark.locks;

import dev.interlock.benchmark.contest.Suite;

/** Entry point of {@code benchmarks/run locks}. */
public final class LocksSuite {

    private static final String CAPTION = """
            Locks under load. Entrants of a measure run in turn in one process, round after round; a figure is the median over the
            rounds, a comparison the median of the comparisons within the rounds. Every body checks that it is alone.
            JDK %s, %d processors. Postgres and Redis run on this machine, reached through TCP; Postgres with fsync=on and
            synchronous_commit=on, Redis without persistence. Keys by hand are known beforehand.
            """;

    private LocksSuite() {}

    public static void main(String[] arguments) throws InterruptedException {
        new Suite(CAPTION, Measures.ALL_MEASURES).main(arguments);
    }
}
