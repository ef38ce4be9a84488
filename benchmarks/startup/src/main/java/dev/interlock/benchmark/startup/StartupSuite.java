package dev.interlock.benchmark.startup;

import dev.interlock.benchmark.Results;
import java.io.IOException;
import java.io.PrintStream;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Entry point of {@code benchmarks/run startup}. Within a round every application is started once without the starter and once
 * with it, one right after the other and in an order that changes from round to round, so that a busy spell of the machine
 * favours neither. {@code --quick} runs three rounds.
 */
public final class StartupSuite {

    private static final String QUICK = "--quick";
    private static final int ROUNDS = 15;
    private static final int QUICK_ROUNDS = 3;

    private final List<Case> cases;
    private final int rounds;
    private final PrintStream out;
    private final List<Map<String, Double>> times = new ArrayList<>();
    private final List<Map<String, Double>> processor = new ArrayList<>();

    StartupSuite(List<Case> cases, int rounds, PrintStream out) {
        this.cases = cases;
        this.rounds = rounds;
        this.out = out;
    }

    public static void main(String[] arguments) throws Exception {
        List<String> given = List.of(arguments);
        if (!List.of(QUICK).containsAll(given)) {
            System.err.println("options: [" + QUICK + "]");
            System.exit(2);
        }
        int rounds = given.contains(QUICK) ? QUICK_ROUNDS : ROUNDS;
        System.out.print(new StartupSuite(Case.ALL, rounds, System.out).run());
    }

    StartupTable run() throws IOException, SQLException {
        try (Bench bench = Bench.open()) {
            for (Case of : cases) {
                bench.start(of, false);
                bench.start(of, true);
            }
            for (int round = 1; round <= rounds; round++) {
                round(bench, round);
            }
        }
        out.println();
        return new StartupTable(cases, rounds, new Results(times), new Results(processor));
    }

    private void round(Bench bench, int round) throws IOException, SQLException {
        List<Case> order = new ArrayList<>(cases);
        Collections.rotate(order, -round);
        Map<String, Double> timesOfRound = new HashMap<>();
        Map<String, Double> processorOfRound = new HashMap<>();
        out.print("  round " + round + ":");
        for (Case of : order) {
            boolean starterFirst = round % 2 == 0;
            for (boolean starter : new boolean[] {starterFirst, !starterFirst}) {
                Start start = bench.start(of, starter);
                String arm = starter ? of.with() : of.without();
                timesOfRound.put(arm, start.millis());
                processorOfRound.put(arm, start.processorMillis());
            }
            out.printf(
                    Locale.ROOT,
                    "  %s %+.0f ms",
                    of.label(),
                    timesOfRound.get(of.with()) - timesOfRound.get(of.without()));
        }
        out.println();
        times.add(timesOfRound);
        processor.add(processorOfRound);
    }
}
