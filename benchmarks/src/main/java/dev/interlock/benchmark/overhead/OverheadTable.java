package dev.interlock.benchmark.overhead;

import dev.interlock.benchmark.Results;
import dev.interlock.benchmark.Results.Time;
import dev.interlock.benchmark.Table;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** The table of the suite, and whether its aim was met. */
final class OverheadTable {

    private static final double AIM_NANOS = 200;
    private static final String EMPTY_PROXY = "emptyProxy";
    private static final String PEER = "emptyProxyReentrantLock";

    /**
     * A line of the table.
     *
     * @param baseline method of the benchmark that the last column compares with, empty for none
     */
    record Row(String label, String method, String baseline) {}

    static final List<Row> JVM = List.of(
            new Row("direct call", "direct", ""),
            new Row("direct call, ReentrantLock", "reentrantLock", ""),
            new Row("empty proxy", EMPTY_PROXY, ""),
            new Row("empty proxy, ReentrantLock", PEER, EMPTY_PROXY),
            new Row("memory lock, literal key", "memoryLockLiteral", EMPTY_PROXY),
            new Row("memory lock, #arg key (String)", "memoryLockText", EMPTY_PROXY),
            new Row("memory lock, #arg key (Long)", "memoryLockNumber", EMPTY_PROXY),
            new Row("memory lock, #arg.property key", "memoryLockProperty", EMPTY_PROXY));

    static final List<Row> POSTGRES = List.of(
            new Row("@Transactional, no lock", "transactionAlone", ""),
            new Row("lock in the transaction, by hand", "transactionLockByHand", ""),
            new Row("@AdvisoryLocked(TRANSACTION)", "transactionLock", "transactionLockByHand"),
            new Row("session lock, by hand", "sessionLockByHand", ""),
            new Row("@AdvisoryLocked(SESSION)", "sessionLock", "sessionLockByHand"));

    private static final List<String> AIMED_AT = List.of("memoryLockLiteral", "memoryLockText", "memoryLockNumber");

    private static final String CAPTION = """
            Cost of one guarded call: one thread, one key, nobody else wants the lock. The time is a median over the iterations
            of all forks: of the average call in the JVM, of the median call on Postgres. The error is half its 95 %% confidence
            interval. JDK %s, %d processors.
            Postgres runs on this machine, reached through TCP, with fsync=on and synchronous_commit=on. The guarded statement
            is a SELECT of one row, so that no commit waits for the disk, which would drown the lock. By hand means
            pg_advisory_xact_lock before it in the same @Transactional method, or pg_advisory_lock and pg_advisory_unlock around
            that method on an open connection of its own, both with a 64-bit key known beforehand.
            """;

    private final Results results;

    OverheadTable(Results results) {
        this.results = results;
    }

    @Override
    public String toString() {
        Table table = new Table("case", "time per call", "± error", "over empty proxy or by hand");
        for (Row row : JVM) {
            time(JvmOverhead.class, row.method)
                    .ifPresent(time -> table.row(
                            row.label,
                            format("%.1f ns", time.score()),
                            format("%.1f ns", time.error()),
                            time(JvmOverhead.class, row.baseline)
                                    .map(base ->
                                            format("%+.0f ns", time.over(base).score()))
                                    .orElse("")));
        }
        if (isMeasured(JvmOverhead.class, JVM) && isMeasured(PostgresOverhead.class, POSTGRES)) {
            table.rule();
        }
        for (Row row : POSTGRES) {
            time(PostgresOverhead.class, row.method)
                    .ifPresent(time -> table.row(
                            row.label,
                            format("%.1f µs", time.score()),
                            format("%.1f µs", time.error()),
                            time(PostgresOverhead.class, row.baseline)
                                    .map(base ->
                                            format("%+.0f %%", time.over(base).score() / base.score() * 100))
                                    .orElse("")));
        }
        return format(CAPTION, Runtime.version(), Runtime.getRuntime().availableProcessors())
                + System.lineSeparator()
                + table
                + System.lineSeparator()
                + aim();
    }

    private String aim() {
        StringBuilder text = new StringBuilder(format(
                "Aim: a lock with a literal or #arg key costs at most %.0f ns more than ReentrantLock behind the empty proxy.%n",
                AIM_NANOS));
        for (Row row : JVM) {
            if (AIMED_AT.contains(row.method)) {
                text.append(format("  %-32s %s%n", row.label, verdict(row)));
            }
        }
        return text.toString();
    }

    private String verdict(Row row) {
        Optional<Time> time = time(JvmOverhead.class, row.method);
        Optional<Time> peer = time(JvmOverhead.class, PEER);
        if (time.isEmpty() || peer.isEmpty()) {
            return "not measured in this run";
        }
        Time over = time.get().over(peer.get());
        String verdict = over.score() <= AIM_NANOS ? "met" : "missed";
        boolean clear = Math.abs(over.score() - AIM_NANOS) > over.error();
        return format(
                "%+.0f ns ± %.0f ns: %s%s", over.score(), over.error(), verdict, clear ? "" : ", within the error");
    }

    private boolean isMeasured(Class<?> benchmarks, List<Row> rows) {
        return rows.stream().anyMatch(row -> time(benchmarks, row.method).isPresent());
    }

    private Optional<Time> time(Class<?> benchmarks, String method) {
        return results.of(benchmarks, method);
    }

    private static String format(String format, Object... values) {
        return String.format(Locale.ROOT, format, values);
    }
}
