package dev.interlock.benchmark.startup;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.util.List;
import org.junit.jupiter.api.Test;

/** That the application starts in both arms, once each, and that the starter is at work in one of them alone. */
class StartupSuiteTest {

    private static final Case GUARDED = new Case("guarded", 1, true, List.of(), true);

    @Test
    void bothArmsGetReadyAndAreCompared() throws Exception {
        ByteArrayOutputStream progress = new ByteArrayOutputStream();

        String table = new StartupSuite(List.of(GUARDED), 1, new PrintStream(progress))
                .run()
                .toString();

        assertThat(progress.toString()).containsPattern("round 1: {2}guarded [+-][0-9]+ ms");
        assertThat(table)
                .containsPattern("guarded +[0-9,]+ ms +[0-9,]+ ms +[+-][0-9]+ ms")
                .containsPattern("guarded +≤ 150 ms .*(met|missed)");
    }

    @Test
    void onlyTheArmWithTheStarterHasItsProperties() throws Exception {
        Case broken = new Case("broken", 1, true, List.of("interlock.lock.max-held=-1"), false);
        try (Bench bench = Bench.open()) {
            assertThat(bench.start(broken, false).millis()).isPositive();
            assertThatIllegalStateException()
                    .isThrownBy(() -> bench.start(broken, true))
                    .withMessageContaining("the application did not get ready")
                    .withMessageContaining("interlock.lock.max-held");
        }
    }
}
