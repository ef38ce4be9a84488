package dev.interlock.benchmark.retry;

import dev.interlock.benchmark.Results;
import dev.interlock.benchmark.Results.Estimate;
import dev.interlock.benchmark.Table;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** What a call costs with each library, and whether the aims were met. */
final class CallsTable {

    /**
     * A line of the table.
     *
     * @param method of the benchmarks
     */
    record Row(String label, String method) {}

    private static final String UNHINDERED = UnhinderedCalls.class.getSimpleName() + ".";
    private static final String CONFLICTING = ConflictingCalls.class.getSimpleName() + ".";
    private static final String EMPTY_PROXY = UNHINDERED + "emptyProxy";
    private static final String OURS = UNHINDERED + "interlock";
    private static final String PEER = UNHINDERED + "springFramework";

    private static final double AIM_NANOS = 30;
    private static final double AIM_OF_PEER = 0.5;

    static final List<Row> ROWS = List.of(
            new Row("direct call, retry by hand", "byHand"),
            new Row("empty proxy", "emptyProxy"),
            new Row("@RetryOnConflict", "interlock"),
            new Row("Spring Framework @Retryable", "springFramework"),
            new Row("Spring Retry @Retryable", "springRetry"),
            new Row("Resilience4j", "resilience4j"),
            new Row("Failsafe", "failsafe"));

    private static final String CAPTION = """
            Cost of one call that may be retried three times: one thread, no transaction, no wait between attempts. With conflicts,
            every tenth call meets one, once; the exception is made beforehand. Resilience4j and Failsafe run in an interceptor of
            the same kind of proxy as the annotations. Times are medians over the rounds, differences medians of the differences
            within the rounds. Errors are half a 95 %% confidence interval (sign test), or half the span of fewer than six rounds.
            JDK %s, %d processors.

            """;

    private final Results results;

    CallsTable(Results results) {
        this.results = results;
    }

    @Override
    public String toString() {
        Table table = new Table("case", "no conflict", "± error", "over empty proxy", "10 % conflicts", "± error");
        for (Row row : ROWS) {
            Optional<Estimate> unhindered = results.time(UNHINDERED + row.method);
            Optional<Estimate> conflicting = results.time(CONFLICTING + row.method);
            table.row(
                    row.label,
                    nanos(unhindered.map(Estimate::median)),
                    nanos(unhindered.map(Estimate::error)),
                    results.difference(UNHINDERED + row.method, EMPTY_PROXY)
                            .filter(over -> !EMPTY_PROXY.equals(UNHINDERED + row.method))
                            .map(over -> format("%+.0f ns", over.median()))
                            .orElse(""),
                    nanos(conflicting.map(Estimate::median)),
                    nanos(conflicting.map(Estimate::error)));
        }
        return format(CAPTION, Runtime.version(), Runtime.getRuntime().availableProcessors())
                + table
                + System.lineSeparator()
                + aims();
    }

    private static String nanos(Optional<Double> time) {
        return time.map(value -> format("%.1f ns", value)).orElse("");
    }

    private String aims() {
        Optional<Estimate> ours = results.difference(OURS, EMPTY_PROXY);
        Optional<Estimate> peer = results.difference(PEER, EMPTY_PROXY);
        String over = ours.map(time -> format("%+.0f ns ± %.0f ns: ", time.median(), time.error())
                        + verdict(time.median(), AIM_NANOS, time.error()))
                .orElse("not measured in this run");
        String part = ours.isPresent() && peer.isPresent()
                ? format("%.2f ×: ", ours.get().median() / peer.get().median())
                        + verdict(
                                ours.get().median(),
                                AIM_OF_PEER * peer.get().median(),
                                ours.get().error() + AIM_OF_PEER * peer.get().error())
                : "not measured in this run";
        return format(
                "Aims: without a conflict @RetryOnConflict costs at most %.0f ns more than the empty proxy, and at most %.1f ×%n"
                        + "what Spring's @Retryable costs more than that.%n  over the empty proxy   %s%n  of what @Retryable adds %s%n",
                AIM_NANOS, AIM_OF_PEER, over, part);
    }

    private static String verdict(double value, double limit, double error) {
        boolean clear = Math.abs(value - limit) > error;
        return (value <= limit ? "met" : "missed") + (clear ? "" : ", within the error");
    }

    private static String format(String format, Object... values) {
        return String.format(Locale.ROOT, format, values);
    }
}
