package dev.interlock.benchmark.locks;

import com.zaxxer.hikari.HikariDataSource;
import dev.interlock.benchmark.BenchmarkPostgres;
import dev.interlock.benchmark.contest.Arm;
import java.util.concurrent.locks.Lock;
import java.util.function.LongFunction;
import org.springframework.data.redis.connection.RedisStandaloneConfiguration;
import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;
import org.springframework.integration.jdbc.lock.DefaultLockRepository;
import org.springframework.integration.jdbc.lock.JdbcLockRegistry;
import org.springframework.integration.redis.util.RedisLockRegistry;
import org.springframework.integration.redis.util.RedisLockRegistry.RedisLockType;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.datasource.DataSourceTransactionManager;

/** The lock registries of Spring Integration, with their own settings. */
final class SpringIntegrationArms {

    /** From schema-postgresql.sql of spring-integration-jdbc. */
    private static final String TABLE = """
            CREATE TABLE INT_LOCK (
                LOCK_KEY CHAR(36) NOT NULL,
                REGION VARCHAR(100) NOT NULL,
                CLIENT_ID CHAR(36),
                CREATED_DATE TIMESTAMP NOT NULL,
                EXPIRED_AFTER TIMESTAMP NOT NULL,
                constraint INT_LOCK_PK primary key (LOCK_KEY, REGION))
            """;

    private SpringIntegrationArms() {}

    static Arm jdbc(String url) {
        HikariDataSource pool = BenchmarkPostgres.pool(url, PostgresArms.POOL);
        try {
            JdbcClient.create(pool).sql(TABLE).update();
            DefaultLockRepository repository = new DefaultLockRepository(pool);
            repository.setTransactionManager(new DataSourceTransactionManager(pool));
            repository.afterPropertiesSet();
            repository.afterSingletonsInstantiated();
            repository.start();
            JdbcLockRegistry registry = new JdbcLockRegistry(repository);
            return Arm.closing(pool, Arm.closing(repository::close, arm(key -> registry.obtain(name(key)))));
        } catch (RuntimeException | Error failure) {
            pool.close();
            throw failure;
        }
    }

    static Arm redis(int port) {
        LettuceConnectionFactory connections =
                new LettuceConnectionFactory(new RedisStandaloneConfiguration("127.0.0.1", port));
        connections.afterPropertiesSet();
        connections.start();
        try {
            RedisLockRegistry registry = new RedisLockRegistry(connections, "sections");
            registry.setRedisLockType(RedisLockType.PUB_SUB_LOCK);
            return Arm.closing(
                    connections::destroy, Arm.closing(registry::destroy, arm(key -> registry.obtain(name(key)))));
        } catch (RuntimeException | Error failure) {
            connections.destroy();
            throw failure;
        }
    }

    private static Arm arm(LongFunction<Lock> locks) {
        return (key, body) -> {
            Lock lock = locks.apply(key);
            lock.lock();
            try {
                body.run();
            } finally {
                lock.unlock();
            }
        };
    }

    private static String name(long key) {
        return "integration:" + key;
    }
}
