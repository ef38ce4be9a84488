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

    /** Removes what is dead, but keeps the pages, as autovacuum does in a table that is used without a pause. */
    void vacuum(String table) {
        jdbc.sql("VACUUM (TRUNCATE false) " + table).update();
    }

    /** What autovacuum does within a minute of load. */
    void analyze(String table) {
        jdbc.sql("ANALYZE " + table).update();
    }

    @Override
    public void close() {
        pool.close();
    }
}
