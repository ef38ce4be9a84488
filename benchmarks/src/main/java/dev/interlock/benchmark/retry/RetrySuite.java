package dev.interlock.benchmark.retry;

import dev.interlock.benchmark.JmhRun;
import dev.interlock.benchmark.contest.Suite;
import java.util.List;

/**
 * Entry point of {@code benchmarks/run retry}: first calls without I/O, then a hot row. {@code --calls} or {@code --row} runs
 * one of them alone, {@code --quick} shortens the row; other options are JMH's, for the calls.
 */
public final class RetrySuite {

    private static final String CALLS = "--calls";
    private static final String ROW = "--row";
    private static final String QUICK = "--quick";

    private RetrySuite() {}

    public static void main(String[] arguments) throws Exception {
        List<String> given = List.of(arguments);
        boolean calls = given.contains(CALLS) || !given.contains(ROW);
        boolean row = given.contains(ROW) || !given.contains(CALLS);
        String[] ofJmh = given.stream()
                .filter(option -> !List.of(CALLS, ROW, QUICK).contains(option))
                .toArray(String[]::new);
        Suite hotRow = RowMeasure.suite().select(given.contains(QUICK) ? new String[] {QUICK} : new String[0]);
        if (calls) {
            CallsTable table = new CallsTable(JmhRun.of(ofJmh, UnhinderedCalls.class, ConflictingCalls.class)
                    .run(options -> {}));
            System.out.println();
            System.out.print(table);
        }
        if (calls && row) {
            System.out.println();
        }
        if (row) {
            hotRow.run(System.out);
        }
    }
}
