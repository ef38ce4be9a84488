package dev.interlock.benchmark.idempotency;

import dev.interlock.benchmark.contest.Suite;

/** Entry point of {@code benchmarks/run idempotency}. */
public final class IdempotencySuite {

    private static final String CAPTION = """
            Idempotent calls. Entrants of a measure run in turn in one process, round after round; a figure is the median over the
            rounds, a comparison the median of the comparisons within the rounds. After every round there is one effect for each key.
            JDK %s, %d processors. Postgres runs on this machine, reached through TCP, with fsync=on and synchronous_commit=on.
            An outcome is about 200 bytes of JSON.
            """;

    private IdempotencySuite() {}

    public static void main(String[] arguments) throws InterruptedException {
        new Suite(CAPTION, Measures.ALL_MEASURES).main(arguments);
    }
}
