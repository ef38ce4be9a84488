package dev.interlock.benchmark;

import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.DoubleBinaryOperator;
import java.util.stream.DoubleStream;
import org.openjdk.jmh.results.BenchmarkResult;
import org.openjdk.jmh.results.RunResult;

/**
 * What one run measured: the time of a call for each benchmark in each round.
 *
 * <p>Benchmarks are compared within a round, where they ran shortly after each other, and the median over the rounds counts.
 * So a burst of other work on the machine moves neither a time nor a comparison much.
 */
public final class Results {

    /**
     * A value that every round has given.
     *
     * @param median over the rounds
     * @param error half the width of the median's 95 % confidence interval, or of all rounds if there are fewer than six
     */
    public record Estimate(double median, double error) {

        static Estimate of(double... rounds) {
            double[] sorted = rounds.clone();
            Arrays.sort(sorted);
            int n = sorted.length;
            int cut = cut(n);
            return new Estimate((sorted[(n - 1) / 2] + sorted[n / 2]) / 2, (sorted[n - 1 - cut] - sorted[cut]) / 2);
        }

        /**
         * How many values may be left out at each end so that the rest spans the median with 95 % confidence: as many as the
         * sign test allows, without any assumption on the distribution.
         */
        private static int cut(int n) {
            double probability = Math.pow(0.5, n);
            double tail = probability;
            int values = 0;
            while (2 * tail <= 0.05) {
                values++;
                probability *= (n - values + 1.0) / values;
                tail += probability;
            }
            return Math.max(0, values - 1);
        }
    }

    private final List<Map<String, Double>> rounds;

    /** @param rounds times of a call by name of class and method, as {@code JvmOverhead.direct} */
    public Results(List<Map<String, Double>> rounds) {
        this.rounds = List.copyOf(rounds);
    }

    static Results of(List<? extends Collection<RunResult>> rounds) {
        return new Results(rounds.stream().map(Results::times).toList());
    }

    private static Map<String, Double> times(Collection<RunResult> round) {
        Map<String, Double> times = new HashMap<>();
        for (RunResult run : round) {
            times.put(shortName(run.getParams().getBenchmark()), time(run.getAggregatedResult()));
        }
        return times;
    }

    /** The median over the iterations, each with its median call if every call was timed, else with the average. */
    static double time(BenchmarkResult result) {
        return Estimate.of(result.getIterationResults().stream()
                        .mapToDouble(iteration ->
                                iteration.getPrimaryResult().getStatistics().getPercentile(50))
                        .toArray())
                .median();
    }

    /** Time of a call; empty if the command line left the benchmark out. */
    public Optional<Estimate> time(String benchmark) {
        return compare(benchmark, benchmark, (time, same) -> time);
    }

    /** How much longer a call takes than the other; empty if one of them was left out. */
    public Optional<Estimate> difference(String benchmark, String other) {
        return compare(benchmark, other, (time, base) -> time - base);
    }

    /** How much longer a call takes than the other, as a part of that; empty if one of them was left out. */
    public Optional<Estimate> surplus(String benchmark, String other) {
        return compare(benchmark, other, (time, base) -> time / base - 1);
    }

    private Optional<Estimate> compare(String benchmark, String other, DoubleBinaryOperator comparison) {
        double[] values = rounds.stream()
                .filter(round -> round.containsKey(benchmark) && round.containsKey(other))
                .flatMapToDouble(
                        round -> DoubleStream.of(comparison.applyAsDouble(round.get(benchmark), round.get(other))))
                .toArray();
        return values.length == 0 ? Optional.empty() : Optional.of(Estimate.of(values));
    }

    /** Class and method without the package. */
    static String shortName(String benchmark) {
        return benchmark.replaceFirst(".*\\.(?=[^.]+\\.[^.]+$)", "");
    }
}
