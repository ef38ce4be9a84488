package dev.interlock.benchmark.contest;

import dev.interlock.benchmark.BenchmarkPostgres;
import dev.interlock.benchmark.BenchmarkRedis;
import dev.interlock.benchmark.OneProcessor;
import java.sql.SQLException;

/** The servers of one measure, each started when it is first asked for. Used by one thread. */
public final class Servers implements AutoCloseable {

    private final boolean oneProcessor;
    private boolean bound = true;
    private BenchmarkPostgres postgres;
    private BenchmarkRedis redis;

    /** @param oneProcessor whether they are to be bound to {@link OneProcessor} */
    public Servers(boolean oneProcessor) {
        this.oneProcessor = oneProcessor;
    }

    /** JDBC address. */
    public String postgres() throws SQLException {
        if (postgres == null) {
            postgres = BenchmarkPostgres.start();
            bound &= oneProcessor && postgres.bindToOneProcessor();
        }
        return postgres.url();
    }

    /** Address as Redisson takes it. */
    public String redis() {
        return startedRedis().url();
    }

    public int redisPort() {
        return startedRedis().port();
    }

    private BenchmarkRedis startedRedis() {
        if (redis == null) {
            redis = BenchmarkRedis.start();
            bound &= oneProcessor && OneProcessor.bind(redis.pid());
        }
        return redis;
    }

    /** Whether all servers started so far are bound to one processor. */
    boolean areBound() {
        return bound;
    }

    @Override
    public void close() {
        try {
            if (postgres != null) {
                postgres.close();
            }
        } finally {
            if (redis != null) {
                redis.close();
            }
        }
    }
}
