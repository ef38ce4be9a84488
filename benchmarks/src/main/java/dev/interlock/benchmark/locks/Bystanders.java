package dev.interlock.benchmark.locks;

import com.zaxxer.hikari.HikariDataSource;
import dev.interlock.benchmark.Application;
import dev.interlock.benchmark.BenchmarkPostgres;
import dev.interlock.benchmark.contest.Arm;
import dev.interlock.benchmark.contest.Contender;
import dev.interlock.benchmark.contest.Sample;
import java.sql.Connection;
import java.time.Duration;
import org.springframework.context.annotation.AnnotationConfigApplicationContext;
import org.springframework.jdbc.CannotGetJdbcConnectionException;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.datasource.SingleConnectionDataSource;

/**
 * Queries that have nothing to do with a lock, through the pool of the application, while callers wait for one. A session
 * outside the application holds that lock throughout, so that everybody really waits.
 */
final class Bystanders implements Contender {

    private static final int QUERIES = 4;
    private static final int ROWS = 1000;

    /** How long whoever finds the pool empty waits for a connection. */
    private static final Duration POOL_PATIENCE = Duration.ofSeconds(2);

    private static final String TABLE =
            "CREATE TABLE IF NOT EXISTS article (id bigint PRIMARY KEY, price bigint NOT NULL)";
    private static final String FILL =
            "INSERT INTO article SELECT i, i FROM generate_series(1, ?) i ON CONFLICT DO NOTHING";

    private final String url;
    private final Arm lock;
    private final Contender queries;
    private final int waiters;

    private Bystanders(String url, HikariDataSource pool, Arm lock, int waiters) {
        this.url = url;
        this.lock = lock;
        this.waiters = waiters;
        JdbcClient jdbc = JdbcClient.create(pool);
        jdbc.sql(TABLE).update();
        jdbc.sql(FILL).param(ROWS).update();
        this.queries = Contender.of((key, body) -> query(jdbc, key, body), QUERIES, thread -> thread);
    }

    /** The waiters call an annotated method of the same application. */
    static Bystanders annotated(String url, int waiters) {
        AnnotationConfigApplicationContext context = Application.guarded(url, PostgresArms.POOL, PostgresArms.SECTIONS);
        return new Bystanders(
                url,
                context.getBean(HikariDataSource.class),
                Arm.closing(context, context.getBean(Sections.class)::session),
                waiters);
    }

    /** The waiters lock by hand, each on a connection of the same pool. */
    static Bystanders byHand(String url, int waiters) {
        HikariDataSource pool = BenchmarkPostgres.pool(url, PostgresArms.POOL);
        pool.setConnectionTimeout(POOL_PATIENCE.toMillis());
        return new Bystanders(url, pool, new PooledLock(pool, PostgresArms.locks(1)), waiters);
    }

    /** A query that gets no connection is not counted as one. */
    private static void query(JdbcClient jdbc, long key, Runnable body) {
        try {
            jdbc.sql("SELECT price FROM article WHERE id = ?")
                    .param(key + 1)
                    .query((row, number) -> row.getLong(1))
                    .single();
        } catch (CannotGetJdbcConnectionException poolIsEmpty) {
            return;
        }
        body.run();
    }

    @Override
    public Sample round(Duration length) throws Exception {
        try (Connection holder = BenchmarkPostgres.direct(url).getConnection();
                Crowd crowd = new Crowd(waiters, lock)) {
            JdbcClient outside = JdbcClient.create(new SingleConnectionDataSource(holder, true));
            long key = PostgresArms.locks(1)[0];
            SessionLock.lock(outside, key);
            try {
                crowd.gather();
                return queries.round(length);
            } finally {
                SessionLock.unlock(outside, key);
            }
        }
    }

    @Override
    public void close() {
        lock.close();
    }
}
