package dev.interlock.benchmark.locks;

import com.zaxxer.hikari.HikariDataSource;
import dev.interlock.benchmark.contest.Arm;
import java.sql.Connection;
import java.sql.SQLException;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.datasource.ConnectionHolder;
import org.springframework.transaction.support.TransactionSynchronizationManager;

/**
 * A session lock as one would write it with a pool: lock and unlock on one pooled connection, which is kept through the body.
 * The connection is bound to the thread, so that {@code JdbcClient} sends both statements there.
 */
final class PooledLock implements Arm {

    private final HikariDataSource pool;
    private final JdbcClient jdbc;
    private final long[] locks;

    /**
     * @param pool closed with the arm
     * @param locks 64-bit key of each key, known beforehand
     */
    PooledLock(HikariDataSource pool, long[] locks) {
        this.pool = pool;
        this.jdbc = JdbcClient.create(pool);
        this.locks = locks;
    }

    @Override
    public void call(long key, Runnable body) throws SQLException {
        try (Connection connection = pool.getConnection()) {
            TransactionSynchronizationManager.bindResource(pool, new ConnectionHolder(connection));
            try {
                SessionLock.around(jdbc, locks[(int) key], body);
            } finally {
                TransactionSynchronizationManager.unbindResource(pool);
            }
        }
    }

    @Override
    public void close() {
        pool.close();
    }
}
