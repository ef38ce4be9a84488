package dev.interlock.benchmark.overhead;

import static org.assertj.core.api.Assertions.assertThat;

import dev.interlock.benchmark.Results;
import java.lang.reflect.Method;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.openjdk.jmh.annotations.Benchmark;

class OverheadTableTest {

    @Test
    void everyBenchmarkHasItsRow() {
        assertThat(names(OverheadTable.JVM)).containsExactlyInAnyOrderElementsOf(benchmarks(JvmOverhead.class));
        assertThat(names(OverheadTable.POSTGRES))
                .containsExactlyInAnyOrderElementsOf(benchmarks(PostgresOverhead.class));
    }

    @Test
    void everyComparisonIsWithABenchmark() {
        List<String> all = Stream.of(JvmOverhead.class, PostgresOverhead.class)
                .flatMap(type -> benchmarks(type).stream())
                .toList();
        assertThat(Stream.concat(OverheadTable.JVM.stream(), OverheadTable.POSTGRES.stream())
                        .map(OverheadTable.Row::baseline)
                        .filter(baseline -> !baseline.isEmpty()))
                .isSubsetOf(all);
    }

    @Test
    void comparesAndJudges() {
        Results results = new Results(List.of(
                Map.of(
                        "JvmOverhead.emptyProxy", 29.0,
                        "JvmOverhead.emptyProxyReentrantLock", 40.0,
                        "JvmOverhead.memoryLockLiteral", 140.25,
                        "JvmOverhead.memoryLockText", 300.0,
                        "JvmOverhead.memoryLockNumber", 230.0,
                        "PostgresOverhead.transactionLockByHand", 100.0,
                        "PostgresOverhead.transactionLock", 110.0,
                        "PostgresOverhead.sessionLock", 150.0),
                Map.of(
                        "JvmOverhead.emptyProxy", 31.0,
                        "JvmOverhead.emptyProxyReentrantLock", 40.0,
                        "JvmOverhead.memoryLockLiteral", 140.25,
                        "JvmOverhead.memoryLockText", 300.0,
                        "JvmOverhead.memoryLockNumber", 244.0,
                        "PostgresOverhead.transactionLockByHand", 200.0,
                        "PostgresOverhead.transactionLock", 220.0,
                        "PostgresOverhead.sessionLock", 150.0)));

        assertThat(new OverheadTable(results, true)
                        .toString()
                        .lines()
                        .map(line -> line.replaceAll(" {2,}", " | ").strip()))
                .contains(
                        "case | time per call | ± error | over empty proxy or by hand",
                        "empty proxy | 30.0 ns | 1.0 ns",
                        "empty proxy, ReentrantLock | 40.0 ns | 0.0 ns | +10 ns",
                        "memory lock, literal key | 140.3 ns | 0.0 ns | +110 ns",
                        "transaction lock by hand | 150.0 µs | 50.0 µs",
                        "@AdvisoryLocked(TRANSACTION) | 165.0 µs | 55.0 µs | +10 %",
                        "@AdvisoryLocked(SESSION) | 150.0 µs | 0.0 µs",
                        "| memory lock, literal key | +100 ns ± 0 ns: met",
                        "| memory lock, #arg key (String) | +260 ns ± 0 ns: missed",
                        "| memory lock, #arg key (Long) | +197 ns ± 7 ns: met, within the error")
                .noneMatch(line -> line.startsWith("direct call"));
    }

    @Test
    void saysWhatItCannotJudge() {
        assertThat(new OverheadTable(new Results(List.of()), true).toString())
                .containsPattern("literal key +not measured in this run");
    }

    private static List<String> names(List<OverheadTable.Row> rows) {
        return rows.stream().map(OverheadTable.Row::benchmark).toList();
    }

    private static List<String> benchmarks(Class<?> type) {
        return Arrays.stream(type.getMethods())
                .filter(method -> method.isAnnotationPresent(Benchmark.class))
                .map(Method::getName)
                .map(name -> type.getSimpleName() + "." + name)
                .toList();
    }
}
