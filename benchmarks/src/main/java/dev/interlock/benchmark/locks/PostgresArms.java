package dev.interlock.benchmark.locks;

import com.zaxxer.hikari.HikariDataSource;
import dev.interlock.benchmark.Application;
import dev.interlock.benchmark.Application.Beans;
import dev.interlock.benchmark.BenchmarkPostgres;
import dev.interlock.benchmark.contest.Arm;
import java.util.stream.LongStream;
import org.springframework.context.annotation.AnnotationConfigApplicationContext;
import org.springframework.jdbc.core.simple.JdbcClient;

/** Advisory locks of Postgres, by annotation and by hand. */
final class PostgresArms {

    /** Connections in a pool of the application. */
    static final int POOL = 10;

    static final Beans SECTIONS = context -> context.registerBean(
            Sections.class, () -> new Sections(JdbcClient.create(context.getBean(HikariDataSource.class))));

    private PostgresArms() {}

    static Arm session(String url) {
        AnnotationConfigApplicationContext context = Application.guarded(url, POOL, SECTIONS);
        return Arm.closing(context, context.getBean(Sections.class)::session);
    }

    static Arm transaction(String url) {
        AnnotationConfigApplicationContext context = Application.guarded(url, POOL, SECTIONS);
        return Arm.closing(context, context.getBean(Sections.class)::transaction);
    }

    /** @param keys how many there are, from 0 on */
    static Arm transactionByHand(String url, int keys) {
        AnnotationConfigApplicationContext context = Application.byHand(url, POOL, SECTIONS);
        Sections sections = context.getBean(Sections.class);
        long[] locks = locks(keys);
        return Arm.closing(context, (key, body) -> sections.transactionByHand(locks[(int) key], body));
    }

    /** @param keys how many there are, from 0 on */
    static Arm pooledByHand(String url, int keys) {
        return new PooledLock(BenchmarkPostgres.pool(url, POOL), locks(keys));
    }

    static long[] locks(int keys) {
        return LongStream.range(0, keys).map(Sections::lock).toArray();
    }
}
