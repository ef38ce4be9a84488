package dev.interlock.benchmark.retry;

import static org.assertj.core.api.Assertions.assertThat;

import dev.interlock.benchmark.Results;
import java.lang.reflect.Method;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.openjdk.jmh.annotations.Benchmark;

class CallsTableTest {

    @Test
    void everyBenchmarkHasItsRow() {
        assertThat(CallsTable.ROWS)
                .extracting(CallsTable.Row::method)
                .containsExactlyInAnyOrderElementsOf(Arrays.stream(UnhinderedCalls.class.getMethods())
                        .filter(method -> method.isAnnotationPresent(Benchmark.class))
                        .map(Method::getName)
                        .toList());
    }

    @Test
    void comparesWithTheEmptyProxyAndJudges() {
        assertThat(lines(Map.of(
                        "UnhinderedCalls.emptyProxy", 30.0,
                        "UnhinderedCalls.interlock", 55.0,
                        "UnhinderedCalls.springFramework", 90.0,
                        "ConflictingCalls.interlock", 200.0)))
                .contains(
                        "empty proxy | 30.0 ns | 0.0 ns",
                        "@RetryOnConflict | 55.0 ns | 0.0 ns | +25 ns | 200.0 ns | 0.0 ns",
                        "over the empty proxy | +25 ns ± 0 ns: met",
                        "of what @Retryable adds 0.42 ×: met");
        assertThat(lines(Map.of(
                        "UnhinderedCalls.emptyProxy", 30.0,
                        "UnhinderedCalls.interlock", 61.0,
                        "UnhinderedCalls.springFramework", 90.0)))
                .contains("over the empty proxy | +31 ns ± 0 ns: missed", "of what @Retryable adds 0.52 ×: missed");
    }

    @Test
    void saysWhatWasNotMeasured() {
        assertThat(lines(Map.of("UnhinderedCalls.interlock", 55.0)))
                .contains(
                        "over the empty proxy | not measured in this run",
                        "of what @Retryable adds not measured in this run");
    }

    private static List<String> lines(Map<String, Double> round) {
        return new CallsTable(new Results(List.of(round)))
                .toString()
                .lines()
                .map(line -> line.strip().replaceAll(" {2,}", " | "))
                .toList();
    }
}
