package dev.interlock.fault;

import dev.interlock.testing.InterlockContext;
import dev.interlock.testing.RedisServer;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import javax.sql.DataSource;
import org.junit.jupiter.api.AfterAll;

/** Faults of the Redis that holds the mutexes, and of the Postgres that fences them. */
class RedisFaultTest extends ServerFaultContract {

    private static final Duration LONGER_THAN_THE_LEASE = Duration.ofSeconds(3);

    private final RedisServer redis = RedisServer.start();

    @AfterAll
    void stopRedis() {
        redis.close();
    }

    @Override
    Stream<Faulty> faults() {
        return Stream.of(
                Faulty.of("Redis killed and restarted empty", redis::kill, redis::restart),
                Faulty.of("Redis flushed", redis::flush, () -> {}),
                Faulty.of("Redis frozen", this::freezePastTheLease, redis::thaw),
                Faulty.of("Postgres killed and restarted", postgres()::killHard, postgres()::start));
    }

    private void freezePastTheLease() {
        redis.freeze();
        LockSupport.parkNanos(LONGER_THAN_THE_LEASE.toNanos());
    }

    @Override
    Class<? extends Sections> bean() {
        return Sections.InRedis.class;
    }

    @Override
    InterlockContext context(DataSource pool, DataSource direct) {
        return MutexContext.on(pool, direct, "fault-test tokens", redis.address());
    }

    @Override
    List<String> residue() {
        return Stream.concat(redis.keys("*").stream(), redis.channels("*").stream())
                .toList();
    }
}
