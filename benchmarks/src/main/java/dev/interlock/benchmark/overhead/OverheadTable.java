package dev.interlock.benchmark.overhead;

import dev.interlock.benchmark.Results;
import dev.interlock.benchmark.Results.Estimate;
import dev.interlock.benchmark.Table;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Function;

/** The table of the suite, and whether its aim was met. */
final class OverheadTable {

    /**
     * A line of the table.
     *
     * @param benchmark class and method
     * @param baseline the benchmark that the last column compares with, empty for none
     */
    record Row(String label, String benchmark, String baseline) {}

    private static final double AIM_NANOS = 200;
    private static final String EMPTY_PROXY = "JvmOverhead.emptyProxy";
    private static final String PEER = "JvmOverhead.emptyProxyReentrantLock";

    private static final List<Row> AIMED_AT = List.of(
            new Row("memory lock, literal key", "JvmOverhead.memoryLockLiteral", EMPTY_PROXY),
            new Row("memory lock, #arg key (String)", "JvmOverhead.memoryLockText", EMPTY_PROXY),
            new Row("memory lock, #arg key (Long)", "JvmOverhead.memoryLockNumber", EMPTY_PROXY));

    static final List<Row> JVM = List.of(
            new Row("direct call", "JvmOverhead.direct", ""),
            new Row("direct call, ReentrantLock", "JvmOverhead.reentrantLock", ""),
            new Row("empty proxy", EMPTY_PROXY, ""),
            new Row("empty proxy, ReentrantLock", PEER, EMPTY_PROXY),
            AIMED_AT.get(0),
            AIMED_AT.get(1),
            AIMED_AT.get(2),
            new Row("memory lock, #arg.property key", "JvmOverhead.memoryLockProperty", EMPTY_PROXY));

    private static final String TRANSACTION_BY_HAND = "PostgresOverhead.transactionLockByHand";
    private static final String SESSION_BY_HAND = "PostgresOverhead.sessionLockByHand";

    static final List<Row> POSTGRES = List.of(
            new Row("@Transactional, no lock", "PostgresOverhead.transactionAlone", ""),
            new Row("transaction lock by hand", TRANSACTION_BY_HAND, ""),
            new Row("@AdvisoryLocked(TRANSACTION)", "PostgresOverhead.transactionLock", TRANSACTION_BY_HAND),
            new Row("session lock by hand", SESSION_BY_HAND, ""),
            new Row("@AdvisoryLocked(SESSION)", "PostgresOverhead.sessionLock", SESSION_BY_HAND));

    private static final String CAPTION = """
            Cost of one guarded call: one thread, one key, nobody else wants the lock. Times are medians over the rounds, of the
            average call in the JVM and of the median call on Postgres; the last column is the median of the comparisons within
            the rounds. Errors are half a 95 %% confidence interval (sign test), or half the span of fewer than six rounds.
            JDK %s, %d processors.
            Postgres runs on this machine, reached through TCP, with fsync=on and synchronous_commit=on. %s
            The guarded statement is a SELECT of one row, so that no commit waits for the disk, which would drown the lock.
            By hand means pg_advisory_xact_lock before it in the same @Transactional method, or pg_advisory_lock and
            pg_advisory_unlock around that method on an open connection of its own, both with a 64-bit key known beforehand.

            """;

    private static final String ONE_PROCESSOR = """
            Client and server
            share one processor, since to wake one on another takes longer than the statement and varies with luck.""";
    private static final String ANY_PROCESSOR = """
            Client and server
            run where the scheduler puts them, which moves these times at random; taskset, which was not found, would bind them.""";

    private final Results results;
    private final boolean oneProcessor;

    /** @param oneProcessor whether Postgres and its client were bound to one */
    OverheadTable(Results results, boolean oneProcessor) {
        this.results = results;
        this.oneProcessor = oneProcessor;
    }

    @Override
    public String toString() {
        Table table = new Table("case", "time per call", "± error", "over empty proxy or by hand");
        addRows(
                table,
                JVM,
                "ns",
                row -> results.difference(row.benchmark, row.baseline).map(over -> format("%+.0f ns", over.median())));
        if (isMeasured(JVM) && isMeasured(POSTGRES)) {
            table.rule();
        }
        addRows(
                table,
                POSTGRES,
                "µs",
                row -> results.surplus(row.benchmark, row.baseline)
                        .map(over -> format("%+.0f %%", over.median() * 100)));
        return format(
                        CAPTION,
                        Runtime.version(),
                        Runtime.getRuntime().availableProcessors(),
                        oneProcessor ? ONE_PROCESSOR : ANY_PROCESSOR)
                + table
                + System.lineSeparator()
                + aim();
    }

    private void addRows(Table table, List<Row> rows, String unit, Function<Row, Optional<String>> over) {
        for (Row row : rows) {
            results.time(row.benchmark)
                    .ifPresent(time -> table.row(
                            row.label,
                            format("%.1f %s", time.median(), unit),
                            format("%.1f %s", time.error(), unit),
                            over.apply(row).orElse("")));
        }
    }

    private boolean isMeasured(List<Row> rows) {
        return rows.stream().anyMatch(row -> results.time(row.benchmark).isPresent());
    }

    private String aim() {
        StringBuilder text = new StringBuilder(format(
                "Aim: a lock with a literal or #arg key costs at most %.0f ns more than ReentrantLock behind the empty proxy.%n",
                AIM_NANOS));
        for (Row row : AIMED_AT) {
            String verdict = results.difference(row.benchmark, PEER)
                    .map(OverheadTable::verdict)
                    .orElse("not measured in this run");
            text.append(format("  %-32s %s%n", row.label, verdict));
        }
        return text.toString();
    }

    private static String verdict(Estimate over) {
        boolean clear = Math.abs(over.median() - AIM_NANOS) > over.error();
        return format(
                "%+.0f ns ± %.0f ns: %s%s",
                over.median(),
                over.error(),
                over.median() <= AIM_NANOS ? "met" : "missed",
                clear ? "" : ", within the error");
    }

    private static String format(String format, Object... values) {
        return String.format(Locale.ROOT, format, values);
    }
}
