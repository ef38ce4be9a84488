package dev.interlock.fault;

import dev.interlock.testing.RedisServer;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.TestInstance;

/** The mutex of a killed holder ends with its lease. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class MutexHandOverTest extends HandOverContract {

    private final RedisServer redis = RedisServer.start();

    @AfterAll
    void stop() {
        redis.close();
    }

    @Override
    Duration lease() {
        return Duration.ofSeconds(1);
    }

    @Override
    Class<? extends Holding> bean() {
        return Holding.InRedis.class;
    }

    @Override
    Class<? extends Wiring> wiring() {
        return MutexContext.Workers.class;
    }

    @Override
    Map<String, String> parameters() {
        return Map.of(MutexContext.Workers.REDIS, redis.address());
    }
}
