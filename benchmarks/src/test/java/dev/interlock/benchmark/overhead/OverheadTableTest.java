package dev.interlock.benchmark.overhead;

import static org.assertj.core.api.Assertions.assertThat;

import dev.interlock.benchmark.Results;
import dev.interlock.benchmark.Results.Time;
import java.lang.reflect.Method;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.openjdk.jmh.annotations.Benchmark;

class OverheadTableTest {

    @Test
    void everyBenchmarkHasItsRow() {
        assertThat(methods(OverheadTable.JVM)).containsExactlyInAnyOrderElementsOf(benchmarks(JvmOverhead.class));
        assertThat(methods(OverheadTable.POSTGRES))
                .containsExactlyInAnyOrderElementsOf(benchmarks(PostgresOverhead.class));
    }

    @Test
    void comparesAndJudges() {
        OverheadTable table = new OverheadTable(new Results(Map.of(
                "JvmOverhead.emptyProxy", new Time(30, 1),
                "JvmOverhead.emptyProxyReentrantLock", new Time(40, 3),
                "JvmOverhead.memoryLockLiteral", new Time(140.25, 4),
                "JvmOverhead.memoryLockText", new Time(300, 4),
                "JvmOverhead.memoryLockNumber", new Time(237, 4),
                "PostgresOverhead.transactionLockByHand", new Time(100, 2),
                "PostgresOverhead.transactionLock", new Time(110, 2),
                "PostgresOverhead.sessionLock", new Time(150, 2))));

        assertThat(table.toString()
                        .lines()
                        .map(line -> line.replaceAll(" {2,}", " | ").strip()))
                .contains(
                        "case | time per call | ± error | over empty proxy or by hand",
                        "empty proxy | 30.0 ns | 1.0 ns",
                        "empty proxy, ReentrantLock | 40.0 ns | 3.0 ns | +10 ns",
                        "memory lock, literal key | 140.3 ns | 4.0 ns | +110 ns",
                        "lock in the transaction, by hand | 100.0 µs | 2.0 µs",
                        "@AdvisoryLocked(TRANSACTION) | 110.0 µs | 2.0 µs | +10 %",
                        "@AdvisoryLocked(SESSION) | 150.0 µs | 2.0 µs",
                        "| memory lock, literal key | +100 ns ± 5 ns: met",
                        "| memory lock, #arg key (String) | +260 ns ± 5 ns: missed",
                        "| memory lock, #arg key (Long) | +197 ns ± 5 ns: met, within the error")
                .noneMatch(line -> line.startsWith("direct call"));
    }

    @Test
    void saysWhatItCannotJudge() {
        assertThat(new OverheadTable(new Results(Map.of())).toString())
                .containsPattern("literal key +not measured in this run");
    }

    private static List<String> methods(List<OverheadTable.Row> rows) {
        return rows.stream().map(OverheadTable.Row::method).toList();
    }

    private static List<String> benchmarks(Class<?> type) {
        return Arrays.stream(type.getMethods())
                .filter(method -> method.isAnnotationPresent(Benchmark.class))
                .map(Method::getName)
                .toList();
    }
}
