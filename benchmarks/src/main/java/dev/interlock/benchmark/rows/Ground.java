package dev.interlock.benchmark.rows;

import com.zaxxer.hikari.HikariDataSource;
import dev.interlock.benchmark.BenchmarkPostgres;
import java.util.concurrent.atomic.AtomicLong;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.datasource.DataSourceTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * What one entrant works on: a pool, and a table that no other entrant touches.
 *
 * @param table its name, new for each entrant
 */
record Ground(HikariDataSource pool, JdbcClient jdbc, TransactionTemplate transactions, String table)
        implements AutoCloseable {

    private static final AtomicLong TABLES = new AtomicLong();

    /**
     * @param connections most of the pool
     * @param columns as {@code CREATE TABLE} takes them
     */
    static Ground open(String url, int connections, String columns) {
        HikariDataSource pool = BenchmarkPostgres.pool(url, connections);
        try {
            Ground ground = new Ground(
                    pool,
                    JdbcClient.create(pool),
                    new TransactionTemplate(new DataSourceTransactionManager(pool)),
                    "ground_" + TABLES.incrementAndGet());
            ground.jdbc
                    .sql("CREATE TABLE " + ground.table + " (" + columns + ")")
                    .update();
            return ground;
        } catch (RuntimeException | Error failure) {
            pool.close();
            throw failure;
        }
    }

    @Override
    public void close() {
        pool.close();
    }
}
