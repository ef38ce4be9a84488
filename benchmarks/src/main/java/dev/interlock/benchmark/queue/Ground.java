package dev.interlock.benchmark.queue;

import com.zaxxer.hikari.HikariDataSource;
import dev.interlock.benchmark.BenchmarkPostgres;
import dev.interlock.guard.TransactionEvents;
import java.util.List;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.datasource.DataSourceTransactionManager;
import org.springframework.transaction.PlatformTransactionManager;

/** A pool and the transactions on it. */
record Ground(HikariDataSource pool, PlatformTransactionManager manager, JdbcClient jdbc) implements AutoCloseable {

    static Ground open(String url, int connections) {
        HikariDataSource pool = BenchmarkPostgres.pool(url, connections);
        DataSourceTransactionManager manager = new DataSourceTransactionManager(pool);
        manager.setTransactionExecutionListeners(List.of(new TransactionEvents()));
        return new Ground(pool, manager, JdbcClient.create(pool));
    }

    long rows(String table) {
        return jdbc.sql("SELECT count(*) FROM " + table).query(Long.class).single();
    }

    /** As autovacuum leaves it. */
    void vacuum(String table) {
        jdbc.sql("VACUUM ANALYZE " + table).update();
    }

    @Override
    public void close() {
        pool.close();
    }
}
