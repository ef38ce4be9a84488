package dev.interlock.benchmark.retry;

import com.zaxxer.hikari.HikariDataSource;
import dev.interlock.benchmark.Application;
import dev.interlock.benchmark.contest.Contender;
import dev.interlock.benchmark.contest.Sample;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.ObjLongConsumer;
import org.springframework.context.annotation.AnnotationConfigApplicationContext;
import org.springframework.jdbc.core.simple.JdbcClient;

/** Callers that add one to the same row without a pause; additions that are not in the row afterwards are violations. */
final class HotRow implements Contender {

    private static final int POOL = 10;
    private static final String TABLE =
            "CREATE TABLE IF NOT EXISTS account (id bigint PRIMARY KEY, balance bigint NOT NULL, version bigint NOT NULL)";

    private final AnnotationConfigApplicationContext context;
    private final JdbcClient jdbc;
    private final long id;
    private final AtomicLong added = new AtomicLong();
    private final Contender callers;

    private HotRow(AnnotationConfigApplicationContext context, int callers, ObjLongConsumer<Account> add) {
        this.context = context;
        this.jdbc = JdbcClient.create(context.getBean(HikariDataSource.class));
        jdbc.sql(TABLE).update();
        this.id = jdbc.sql("INSERT INTO account SELECT coalesce(max(id), 0) + 1, 0, 0 FROM account RETURNING id")
                .query(Long.class)
                .single();
        Account account = context.getBean(Account.class);
        this.callers = Contender.of(
                (caller, body) -> {
                    add.accept(account, id);
                    added.incrementAndGet();
                    body.run();
                },
                callers,
                caller -> caller);
    }

    /** An application of its own with a row of its own. */
    static HotRow open(String url, int callers, ObjLongConsumer<Account> add) {
        return new HotRow(
                Application.guarded(
                        url,
                        POOL,
                        context -> context.registerBean(
                                Account.class,
                                () -> new Account(JdbcClient.create(context.getBean(HikariDataSource.class))))),
                callers,
                add);
    }

    @Override
    public Sample round(Duration length) throws Exception {
        Sample sample = callers.round(length);
        long balance = jdbc.sql("SELECT balance FROM account WHERE id = ?")
                .param(id)
                .query(Long.class)
                .single();
        return new Sample(
                sample.counts(), sample.nanos(), sample.calls(), sample.waits(), Math.abs(added.get() - balance));
    }

    @Override
    public void close() {
        context.close();
    }
}
