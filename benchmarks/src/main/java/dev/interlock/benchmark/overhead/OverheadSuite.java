package dev.interlock.benchmark.overhead;

import dev.interlock.benchmark.BenchmarkPostgres;
import dev.interlock.benchmark.JmhRun;
import dev.interlock.benchmark.Results;

/** Entry point of {@code benchmarks/run overhead}. */
public final class OverheadSuite {

    private OverheadSuite() {}

    public static void main(String[] arguments) throws Exception {
        JmhRun run = JmhRun.of(arguments, JvmOverhead.class, PostgresOverhead.class);
        Results results;
        boolean oneProcessor;
        try (BenchmarkPostgres postgres = BenchmarkPostgres.start()) {
            PostgresOverhead.createTable(postgres.url());
            oneProcessor = postgres.bindToOneProcessor();
            results = run.run(options -> options.param("url", postgres.url()));
        }
        System.out.println();
        System.out.print(new OverheadTable(results, oneProcessor));
    }
}
