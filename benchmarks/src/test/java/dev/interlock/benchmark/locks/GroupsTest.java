package dev.interlock.benchmark.locks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.interlock.benchmark.BenchmarkPostgres;
import dev.interlock.benchmark.contest.Sample;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Several processes on one key, and queries beside waiters; nothing is timed. */
class GroupsTest {

    private static final Duration LENGTH = Duration.ofMillis(300);
    private static final Duration PATIENCE = Duration.ofMinutes(1);

    private static BenchmarkPostgres postgres;

    @BeforeAll
    static void start() {
        postgres = BenchmarkPostgres.start();
    }

    @AfterAll
    static void stop() {
        postgres.close();
    }

    @ParameterizedTest
    @EnumSource
    void nodesExcludeEachOtherAndEndWithTheirGroup(Node.Kind kind) throws Exception {
        long before = nodes();
        AtomicLong overlaps = new AtomicLong();
        try (NodeGroup group = NodeGroup.start(kind, 2, 2, postgres.url())) {
            assertThat(nodes()).isEqualTo(before + 2);
            await().atMost(PATIENCE).untilAsserted(() -> {
                Sample sample = group.round(LENGTH);
                overlaps.addAndGet(sample.violations());
                assertThat(sample.counts()).hasSize(2).doesNotContain(0);
                assertThat(sample.waits().total()).isPositive();
            });
        }
        assertThat(overlaps).hasValue(0);
        assertThat(nodes()).isEqualTo(before);
    }

    @Test
    void nodeThatFailsIsReportedAndLeavesNoProcess() {
        long before = nodes();
        assertThatThrownBy(() -> {
                    try (NodeGroup group = NodeGroup.start(
                            Node.Kind.CONNECTION_PER_WAITER, 1, 1, "jdbc:postgresql://127.0.0.1:1/nowhere")) {
                        group.round(LENGTH);
                    }
                })
                .hasMessageContaining("a node failed");
        assertThat(nodes()).isEqualTo(before);
    }

    @Test
    void queriesAreAnsweredBesideAnnotatedWaiters() throws Exception {
        try (Bystanders bystanders = Bystanders.annotated(postgres.url(), 30)) {
            await().atMost(PATIENCE)
                    .untilAsserted(() ->
                            assertThat(bystanders.round(LENGTH).calls().total()).isPositive());
        }
    }

    @Test
    void queriesAreNotAnsweredBesideWaitersInThePool() throws Exception {
        try (Bystanders bystanders = Bystanders.byHand(postgres.url(), 30)) {
            assertThat(bystanders.round(LENGTH).calls().total()).isZero();
        }
    }

    private static long nodes() {
        return ProcessHandle.current()
                .children()
                .filter(child -> child.info()
                        .command()
                        .filter(command -> command.endsWith("java"))
                        .isPresent())
                .count();
    }
}
