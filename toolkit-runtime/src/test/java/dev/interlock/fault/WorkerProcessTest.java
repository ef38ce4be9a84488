package dev.interlock.fault;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** The harness does what the fault tests take for granted. */
class WorkerProcessTest {

    private static final Duration LIMIT = Duration.ofSeconds(30);

    @Test
    void aPausedWorkerDoesNothingUntilItGoesOn() throws Exception {
        try (WorkerProcess worker = WorkerProcess.start("ticking", TickingWorker.class, Map.of())) {
            long before = Long.parseLong(worker.await("TICK", LIMIT).text());
            worker.pause();
            TimeUnit.MILLISECONDS.sleep(1_000);
            long longest = 0;
            worker.resume();
            for (int i = 0; i < 100; i++) {
                long tick = Long.parseLong(worker.await("TICK", LIMIT).text());
                longest = Math.max(longest, tick - before);
                before = tick;
            }
            assertThat(Duration.ofNanos(longest)).isGreaterThan(Duration.ofMillis(900));
            worker.send("END");
            worker.await("BYE", LIMIT);
            assertThat(worker.awaitExit(LIMIT)).isZero();
        }
    }

    @Test
    void aWorkerThatFailedIsShownWithItsOutput() {
        try (WorkerProcess worker = WorkerProcess.start("failing", TickingWorker.class, Map.of())) {
            worker.await("TICK", LIMIT);
            worker.send("FAIL");
            assertThatThrownBy(() -> worker.await("BYE", LIMIT))
                    .isInstanceOf(AssertionError.class)
                    .hasMessageContaining("Worker failing gave no BYE before it ended")
                    .hasMessageContaining("the last words");
            assertThat(worker.awaitExit(LIMIT)).isEqualTo(2);
        }
    }

    @Test
    void killedWhilePausedItIsGone() {
        WorkerProcess worker = WorkerProcess.start("killed", TickingWorker.class, Map.of());
        try (worker) {
            worker.await("TICK", LIMIT);
            worker.pause();
            worker.killHard();
            assertThat(worker.awaitExit(LIMIT)).isEqualTo(128 + 9);
        }
    }

    @Test
    void aWorkerEndsWhenItsTestIsGone() {
        try (WorkerProcess worker = WorkerProcess.start("orphan", TickingWorker.class, Map.of())) {
            worker.await("TICK", LIMIT);
            worker.hangUp();
            assertThat(worker.awaitExit(LIMIT)).isEqualTo(1);
        }
    }
}
