package dev.interlock.benchmark.startup;

import static org.assertj.core.api.Assertions.assertThat;

import dev.interlock.benchmark.Results;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class StartupTableTest {

    private static final Case JUDGED = new Case("shop", 0, false, List.of(), true);
    private static final Case TOLD = new Case("first start", 0, true, List.of(), false);

    @Test
    void comparesWithinRoundsAndJudges() {
        assertThat(lines(List.of(
                        Map.of("shop: without", 1000.0, "shop: with", 1140.0),
                        Map.of("shop: without", 2000.0, "shop: with", 2150.0),
                        Map.of("shop: without", 1100.0, "shop: with", 1245.0))))
                .contains("shop | 1,100 ms | 1,245 ms | +145 ms | 5 ms | +145 ms")
                .contains("shop | ≤ 150 ms | +145 ms | 5 ms | met, within the error");
        assertThat(lines(List.of(Map.of("shop: without", 1000.0, "shop: with", 1151.0))))
                .contains("shop | ≤ 150 ms | +151 ms | 0 ms | missed");
    }

    @Test
    void firstStartIsToldAndNotJudged() {
        assertThat(lines(List.of(Map.of("first start: without", 1000.0, "first start: with", 1300.0))))
                .contains("first start | 1,000 ms | 1,300 ms | +300 ms | 0 ms | +300 ms")
                .noneMatch(line -> line.startsWith("first start | ≤"))
                .anyMatch(line -> line.startsWith("shop | ≤ 150 ms") && line.endsWith("not measured"));
    }

    private static List<String> lines(List<Map<String, Double>> rounds) {
        Results results = new Results(rounds);
        return new StartupTable(List.of(JUDGED, TOLD), rounds.size(), results, results)
                .toString()
                .lines()
                .map(line -> line.strip().replaceAll(" {2,}", " | "))
                .toList();
    }
}
