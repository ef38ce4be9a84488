package dev.interlock.fault;

import static org.assertj.core.api.Assertions.assertThat;

import dev.interlock.testing.RedisServer;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/**
 * Workers paused past the lease of their mutex, so that it passes to another while they stand. The fence keeps out what they
 * do when they go on; without it updates are lost in spite of renewal, validity and commit veto.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class PausesUnderMutexTest extends PauseContract {

    private final RedisServer redis = RedisServer.start();

    @AfterAll
    void stop() {
        redis.close();
    }

    @Test
    void fencedNothingIsLost() throws Exception {
        PauseReport report = PauseRun.of(
                "@DistributedMutex(fencing = ENFORCED)",
                MutexContext.Workers.class,
                Increments.FencedMutex.class,
                parameters(),
                pauses(),
                EVERYWHERE);
        assertNothingLost(report);
        assertProgressAt(report, Point.LOCK_GRANTED, Point.TOKEN_DRAWN);
        assertThat(report.told("StaleHolderException"))
                .as("holders that only the fence could keep out: %s", report)
                .isPositive();
    }

    @Test
    void withoutFencingUpdatesAreLost() throws Exception {
        assertLosses(PauseRun.of(
                "@DistributedMutex(fencing = NONE)",
                MutexContext.Workers.class,
                Increments.UnfencedMutex.class,
                parameters(),
                2 * fewPauses(),
                WHERE_IT_HURTS));
    }

    private Map<String, String> parameters() {
        return Map.of(MutexContext.Workers.REDIS, redis.address());
    }
}
