package dev.interlock.benchmark.startup;

import dev.interlock.benchmark.Results;
import dev.interlock.benchmark.Results.Estimate;
import dev.interlock.benchmark.Table;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** What the starter adds, and whether the aim was met. */
final class StartupTable {

    private static final double AIM_MILLIS = 150;

    private static final String CAPTION = """
            What the starter adds to the start of an application: Web MVC, a pool, transactions, a Redisson client, %d services. Without
            it, its jars are not on the class path and the annotations of the same classes are inert. Times are from before the JVM is
            started until the application is ready, each start in a new JVM with default options; medians over %d rounds, differences
            medians of the differences within the rounds. Errors are half a 95 %% confidence interval (sign test), or half the span of
            fewer than six rounds. Processor time is that of all threads of the JVM, compilers included. JDK %s, %d processors.

            """;

    private final List<Case> cases;
    private final int rounds;
    private final Results times;
    private final Results processor;

    StartupTable(List<Case> cases, int rounds, Results times, Results processor) {
        this.cases = cases;
        this.rounds = rounds;
        this.times = times;
        this.processor = processor;
    }

    @Override
    public String toString() {
        Table table = new Table("application", "without", "with", "added", "± error", "processor added");
        Table aims = new Table("aim", "target", "added", "± error", "");
        for (Case of : cases) {
            Optional<Estimate> added = times.difference(of.with(), of.without());
            table.row(
                    of.label(),
                    millis("%,.0f ms", times.time(of.without()).map(Estimate::median)),
                    millis("%,.0f ms", times.time(of.with()).map(Estimate::median)),
                    millis("%+.0f ms", added.map(Estimate::median)),
                    millis("%.0f ms", added.map(Estimate::error)),
                    millis(
                            "%+.0f ms",
                            processor.difference(of.with(), of.without()).map(Estimate::median)));
            if (of.judged()) {
                aims.row(
                        of.label(),
                        millis("≤ %.0f ms", Optional.of(AIM_MILLIS)),
                        millis("%+.0f ms", added.map(Estimate::median)),
                        millis("%.0f ms", added.map(Estimate::error)),
                        added.map(StartupTable::verdict).orElse("not measured"));
            }
        }
        return String.format(
                        Locale.ROOT,
                        CAPTION,
                        ServiceSources.SERVICES,
                        rounds,
                        Runtime.version(),
                        Runtime.getRuntime().availableProcessors())
                + table
                + System.lineSeparator()
                + aims;
    }

    private static String verdict(Estimate added) {
        boolean clear = Math.abs(added.median() - AIM_MILLIS) > added.error();
        return (added.median() <= AIM_MILLIS ? "met" : "missed") + (clear ? "" : ", within the error");
    }

    private static String millis(String format, Optional<Double> value) {
        return value.map(known -> String.format(Locale.ROOT, format, known)).orElse("");
    }
}
