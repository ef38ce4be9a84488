package dev.interlock.benchmark.locks;

import com.zaxxer.hikari.HikariDataSource;
import dev.interlock.benchmark.BenchmarkPostgres;
import dev.interlock.benchmark.contest.Arm;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import net.javacrumbs.shedlock.core.LockConfiguration;
import net.javacrumbs.shedlock.core.LockProvider;
import net.javacrumbs.shedlock.core.SimpleLock;
import net.javacrumbs.shedlock.provider.jdbctemplate.JdbcTemplateLockProvider;
import org.springframework.jdbc.core.simple.JdbcClient;

/** ShedLock on a table; it skips where others wait. */
final class ShedLockArm implements Arm {

    /** From the documentation of ShedLock. */
    private static final String TABLE = """
            CREATE TABLE shedlock (
                name VARCHAR(64) NOT NULL, lock_until TIMESTAMP NOT NULL, locked_at TIMESTAMP NOT NULL,
                locked_by VARCHAR(255) NOT NULL, PRIMARY KEY (name))
            """;

    private static final Duration AT_MOST = Duration.ofSeconds(30);

    private final HikariDataSource pool;
    private final LockProvider locks;

    ShedLockArm(String url) {
        pool = BenchmarkPostgres.pool(url, PostgresArms.POOL);
        try {
            JdbcClient.create(pool).sql(TABLE).update();
            locks = new JdbcTemplateLockProvider(pool);
        } catch (RuntimeException | Error failure) {
            pool.close();
            throw failure;
        }
    }

    @Override
    public void call(long key, Runnable body) {
        Optional<SimpleLock> lock =
                locks.lock(new LockConfiguration(Instant.now(), "section:" + key, AT_MOST, Duration.ZERO));
        if (lock.isPresent()) {
            try {
                body.run();
            } finally {
                lock.get().unlock();
            }
        }
    }

    @Override
    public void close() {
        pool.close();
    }
}
