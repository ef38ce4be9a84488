package dev.interlock.benchmark;

import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.openjdk.jmh.results.BenchmarkResult;
import org.openjdk.jmh.results.RunResult;

/** What one run measured, by benchmark. */
public final class Results {

    /**
     * Time of one call.
     *
     * @param score median of the iterations of all forks, which a burst of other work on the machine moves less than a mean
     * @param error half the width of the median's 95 % confidence interval, in the same unit
     */
    public record Time(double score, double error) {

        /** @param iterations time of a call in each iteration, at least one */
        static Time of(double... iterations) {
            double[] sorted = iterations.clone();
            Arrays.sort(sorted);
            int n = sorted.length;
            int below = below(n);
            return new Time((sorted[(n - 1) / 2] + sorted[n / 2]) / 2, (sorted[n - 1 - below] - sorted[below]) / 2);
        }

        /**
         * How many values may be left out at each end so that the rest spans the median with 95 % confidence: as many as the
         * sign test allows, without any assumption on the distribution.
         */
        private static int below(int n) {
            double probability = Math.pow(0.5, n);
            double tail = probability;
            int below = 0;
            while (2 * tail <= 0.05) {
                below++;
                probability *= (n - below + 1.0) / below;
                tail += probability;
            }
            return Math.max(0, below - 1);
        }

        /** How much longer than the other. */
        public Time over(Time other) {
            return new Time(score - other.score, Math.hypot(error, other.error));
        }
    }

    private final Map<String, Time> times;

    /** @param times by name of class and method, as {@code JvmOverhead.direct} */
    public Results(Map<String, Time> times) {
        this.times = Map.copyOf(times);
    }

    static Results of(Collection<RunResult> runs) {
        Map<String, Time> times = new HashMap<>();
        for (RunResult run : runs) {
            times.put(shortName(run.getParams().getBenchmark()), time(run.getAggregatedResult()));
        }
        return new Results(times);
    }

    /** From the median call of each iteration where every call was timed, else from its average. */
    static Time time(BenchmarkResult result) {
        return Time.of(result.getIterationResults().stream()
                .mapToDouble(iteration ->
                        iteration.getPrimaryResult().getStatistics().getPercentile(50))
                .toArray());
    }

    /** Empty if the command line left the benchmark out. */
    public Optional<Time> of(Class<?> benchmarks, String method) {
        return Optional.ofNullable(times.get(benchmarks.getSimpleName() + "." + method));
    }

    /** Class and method without the package. */
    static String shortName(String benchmark) {
        return benchmark.replaceFirst(".*\\.(?=[^.]+\\.[^.]+$)", "");
    }
}
