package dev.interlock.benchmark.queue;

import dev.interlock.benchmark.contest.Suite;

/** Entry point of {@code benchmarks/run queue}. */
public final class QueueSuite {

    private static final String CAPTION = """
            Queues. Entrants of a measure run in turn in one process on one database, round after round; a figure is the median over
            the rounds, a comparison the median of the comparisons within the rounds. Each has a pool and tables of its own; who does
            not run has no thread at work. A job writes one row into a table of effects, which is checked after every round.
            JDK %s, %d processors. Postgres runs on this machine, reached through TCP, with fsync=on and synchronous_commit=on.
            db-scheduler 16.12.0 locks what it fetches (lock-and-fetch, 4.0 and 20.0), executes immediately, polls every 40 ms.
            """;

    private QueueSuite() {}

    public static void main(String[] arguments) throws InterruptedException {
        new Suite(CAPTION, Measures.ALL_MEASURES).main(arguments);
    }
}
