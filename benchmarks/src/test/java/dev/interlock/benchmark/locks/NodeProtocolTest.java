package dev.interlock.benchmark.locks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.interlock.benchmark.contest.Histogram;
import dev.interlock.benchmark.contest.Sample;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class NodeProtocolTest {

    @Test
    void sampleSurvivesTheLineWithTheSumOfItsThreads() {
        Histogram calls = new Histogram();
        calls.record(1_000);
        Histogram waits = new Histogram();
        Sample read = NodeProtocol.answer(
                NodeProtocol.answer(new Sample(new long[] {3, 4}, 5_000_000_000L, calls, waits, 2)));

        assertThat(read.counts()).containsExactly(7);
        assertThat(read.nanos()).isEqualTo(5_000_000_000L);
        assertThat(read.calls()).hasToString(calls.toString());
        assertThat(read.waits().total()).isZero();
        assertThat(read.violations()).isEqualTo(2);
    }

    @Test
    void roundSurvivesTheLine() {
        assertThat(NodeProtocol.round(NodeProtocol.round(Duration.ofMillis(1_500))))
                .isEqualTo(Duration.ofMillis(1_500));
    }

    @Test
    void failureOrEndOfANodeIsTold() {
        assertThatThrownBy(() -> NodeProtocol.answer(NodeProtocol.failed(new IllegalStateException("no\nlock"))))
                .hasMessageContaining("no lock");
        assertThatThrownBy(() -> NodeProtocol.answer((String) null)).hasMessage("a node ended");
    }

    @Test
    void nodesTogetherKeepTheirShares() {
        Sample together = NodeGroup.together(List.of(
                new Sample(new long[] {30}, 10, new Histogram(), new Histogram(), 0),
                new Sample(new long[] {40}, 20, new Histogram(), new Histogram(), 1)));

        assertThat(together.counts()).containsExactly(30, 40);
        assertThat(together.evenness()).isEqualTo(0.75);
        assertThat(together.nanos()).isEqualTo(15);
        assertThat(together.violations()).isEqualTo(1);
    }
}
