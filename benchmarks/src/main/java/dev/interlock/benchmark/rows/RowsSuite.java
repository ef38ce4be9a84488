package dev.interlock.benchmark.rows;

import dev.interlock.benchmark.contest.Suite;

/** Entry point of {@code benchmarks/run rows}. */
public final class RowsSuite {

    private static final String CAPTION = """
            Rows: counters, find-or-create, versions, locks and claims. Entrants of a measure run in turn in one process, round after
            round; a figure is the median over the rounds, a comparison the median of the comparisons within the rounds. Each entrant
            has a table and a pool of its own, prepared alike; after every round the table is checked.
            JDK %s, %d processors. Postgres runs on this machine, reached through TCP, with fsync=on and synchronous_commit=on.
            By hand is through JdbcClient.
            """;

    private RowsSuite() {}

    public static void main(String[] arguments) throws InterruptedException {
        new Suite(CAPTION, Measures.ALL_MEASURES).main(arguments);
    }
}
