package dev.interlock.benchmark.contest;

import dev.interlock.benchmark.OneProcessor;
import java.io.PrintStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Runs one measure: all entrants are opened and warmed up, then watched in turn, in an order that moves on by one from round
 * to round, so that neither a busy spell of the machine nor what ran just before favours one of them.
 */
final class Contest implements AutoCloseable {

    private final Measure measure;
    private final Servers servers;
    private final PrintStream out;
    private final Map<String, Contender> contenders = new LinkedHashMap<>();
    private final Map<String, List<Sample>> samples = new LinkedHashMap<>();
    private final Map<String, String> failures = new LinkedHashMap<>();

    private Contest(Measure measure, PrintStream out) {
        this.measure = measure;
        this.out = out;
        this.servers = new Servers(measure.processors() == Measure.Processors.ONE);
    }

    static Outcome run(Measure measure, PrintStream out) throws InterruptedException {
        try (Contest contest = new Contest(measure, out)) {
            return contest.run();
        }
    }

    private Outcome run() throws InterruptedException {
        measure.entrants().forEach(this::open);
        for (String name : List.copyOf(contenders.keySet())) {
            watch(name, measure.plan().warmUp());
        }
        boolean bound = false;
        if (measure.processors() == Measure.Processors.ONE) {
            bound = onOneProcessor();
        } else {
            rounds();
        }
        return new Outcome(measure, samples, failures, bound);
    }

    /** After the warm-up, so that the compiler could use the other processors until then. */
    private boolean onOneProcessor() throws InterruptedException {
        long pid = ProcessHandle.current().pid();
        boolean bound = OneProcessor.bind(pid);
        try {
            rounds();
        } finally {
            OneProcessor.release(pid);
        }
        return bound && servers.areBound();
    }

    private void open(Entrant entrant) {
        try {
            contenders.put(entrant.name(), entrant.opening().open(servers));
        } catch (Exception | LinkageError failure) {
            drop(entrant.name(), failure);
        }
    }

    private void rounds() throws InterruptedException {
        for (int round = 0; round < measure.plan().rounds() && !contenders.isEmpty(); round++) {
            List<String> order = new ArrayList<>(contenders.keySet());
            Collections.rotate(order, -round % order.size());
            StringBuilder line = new StringBuilder("  round " + (round + 1) + ":");
            for (String name : order) {
                watch(name, measure.plan().length()).ifPresent(sample -> {
                    samples.computeIfAbsent(name, ignored -> new ArrayList<>()).add(sample);
                    Figure figure = measure.figures().get(0);
                    line.append("  ").append(name).append(' ').append(figure.print(figure.of(sample)));
                });
            }
            out.println(line);
        }
    }

    /** Empty if the entrant failed and is out. */
    private Optional<Sample> watch(String name, Duration length) throws InterruptedException {
        try {
            Sample sample = contenders.get(name).round(length);
            if (sample.violations() == 0) {
                return Optional.of(sample);
            }
            drop(name, new IllegalStateException("it did not guard: " + sample.violations() + " violations"));
        } catch (InterruptedException interrupt) {
            throw interrupt;
        } catch (Exception | LinkageError failure) {
            drop(name, failure);
        }
        return Optional.empty();
    }

    private void drop(String name, Throwable failure) {
        samples.remove(name);
        failures.put(name, reason(failure));
        Contender dropped = contenders.remove(name);
        if (dropped != null) {
            close(name, dropped);
        }
    }

    /** The innermost failure tells most; what the suite itself says is said in full. */
    private static String reason(Throwable failure) {
        Throwable cause = failure;
        while (cause.getCause() != null) {
            cause = cause.getCause();
        }
        boolean plain = cause instanceof IllegalStateException || cause instanceof UnsupportedOperationException;
        String message = cause.getMessage();
        return plain && message != null ? message : cause.toString();
    }

    private void close(String name, Contender contender) {
        try {
            contender.close();
        } catch (RuntimeException failure) {
            out.println("  " + name + " did not close: " + failure);
        }
    }

    @Override
    public void close() {
        contenders.forEach(this::close);
        servers.close();
    }
}
