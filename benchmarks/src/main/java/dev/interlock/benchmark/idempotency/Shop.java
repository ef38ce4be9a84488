package dev.interlock.benchmark.idempotency;

import com.zaxxer.hikari.HikariDataSource;
import dev.interlock.benchmark.Application;
import dev.interlock.benchmark.Guards;
import dev.interlock.benchmark.contest.Contender;
import dev.interlock.benchmark.contest.Sample;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.LongFunction;
import java.util.stream.IntStream;
import org.springframework.aop.framework.ProxyFactory;
import org.springframework.context.annotation.AnnotationConfigApplicationContext;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.datasource.DataSourceTransactionManager;
import org.springframework.transaction.interceptor.BeanFactoryTransactionAttributeSourceAdvisor;
import org.springframework.transaction.interceptor.TransactionAttributeSource;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * An application that takes orders, with customers that call it without a pause.
 *
 * <p>After every round there must be one order for each key. Those that are missing or too many are violations, as are
 * connections against the rule; an answer that is not the key's fails its call.
 */
final class Shop implements Contender {

    static final int POOL = 10;

    private static final String NUMBER = "INSERT INTO shop DEFAULT VALUES RETURNING number";
    private static final String SHOPS = "CREATE TABLE IF NOT EXISTS shop (number bigint GENERATED ALWAYS AS IDENTITY)";
    private static final String LOGGED = "SELECT (pg_current_wal_insert_lsn() - '0/0'::pg_lsn)::bigint";

    /** What a customer does. */
    @FunctionalInterface
    interface Request {

        /** @return whether the answer is right */
        boolean make(Orders orders, String key, Order order);
    }

    /**
     * How it is set up.
     *
     * @param callers customers at a time
     * @param shared whether they share what the process remembers; else each has an {@code IdempotencyServices} of its own
     * @param cacheBytes of each near-cache, 0 for none
     * @param keys made from the shop's number
     * @param connections how many calls may take
     */
    record Setting(
            int callers, boolean shared, long cacheBytes, LongFunction<Keys> keys, Connections.Rule connections) {}

    private record Orderings(long rows, long keys) {}

    private final AnnotationConfigApplicationContext context;
    private final Setting setting;
    private final JdbcClient jdbc;
    private final Order order;
    private final Keys keys;
    private final List<Orders> entrances;
    private final Connections connections = new Connections();
    private final LongAdder calls = new LongAdder();
    private final Request request;
    private final Contender customers;

    private Shop(AnnotationConfigApplicationContext context, Setting setting, Request request) {
        this.context = context;
        this.setting = setting;
        this.request = request;
        HikariDataSource pool = context.getBean(HikariDataSource.class);
        this.jdbc = JdbcClient.create(pool);
        Orders.createTables(jdbc);
        jdbc.sql(SHOPS).update();
        long number = jdbc.sql(NUMBER).query(Long.class).single();
        this.order = Order.at(number);
        this.keys = setting.keys.apply(number);
        Orders target = new Orders(jdbc, new TransactionTemplate(context.getBean(DataSourceTransactionManager.class)));
        Orders first = proxy(target);
        this.entrances = IntStream.range(0, setting.callers)
                .mapToObj(caller -> setting.shared ? first : proxy(target))
                .toList();
        pool.setMetricsTrackerFactory(connections);
        this.customers = Contender.of(
                (caller, body) -> {
                    call(entrances.get((int) caller), keys.next(), request);
                    body.run();
                },
                setting.callers,
                caller -> caller);
    }

    static Shop open(String url, Setting setting, Request request) {
        AnnotationConfigApplicationContext context = Application.guarded(url, POOL, beans -> {});
        try {
            return new Shop(context, setting, request);
        } catch (RuntimeException | Error failure) {
            context.close();
            throw failure;
        }
    }

    /** Makes this request once for every key, before the first round. */
    Shop stocked(Request first) {
        for (long i = 0; i < keys.distinct(); i++) {
            call(entrances.get(0), keys.next(), first);
        }
        return this;
    }

    /** As Spring's proxy creator makes it, with the guard outside of the transaction. */
    private Orders proxy(Orders target) {
        ProxyFactory factory = new ProxyFactory(target);
        factory.setProxyTargetClass(true);
        factory.addAdvisor(Guards.advisor(
                context,
                context.getBean(TransactionAttributeSource.class),
                List.of(Guards.idempotency(context.getBean(HikariDataSource.class), setting.cacheBytes))));
        factory.addAdvisor(context.getBean(BeanFactoryTransactionAttributeSourceAdvisor.class));
        return (Orders) factory.getProxy();
    }

    private void call(Orders orders, String key, Request what) {
        if (!what.make(orders, key, order)) {
            throw new IllegalStateException("the answer for " + key + " is that of another call");
        }
        calls.increment();
    }

    @Override
    public Sample round(Duration length) throws Exception {
        keys.beginRound();
        long callsBefore = calls.sum();
        long loggedBefore = logged();
        long takenBefore = connections.taken();
        Sample sample = customers.round(length);
        long taken = connections.taken() - takenBefore;
        long loggedBytes = logged() - loggedBefore;
        long made = calls.sum() - callsBefore;
        return new Sample(
                sample.counts(),
                sample.nanos(),
                sample.calls(),
                sample.waits(),
                wrongOrders() + setting.connections.violations(taken, made),
                (double) loggedBytes / made);
    }

    private long logged() {
        return jdbc.sql(LOGGED).query(Long.class).single();
    }

    private long wrongOrders() {
        Orderings taken = jdbc.sql("SELECT count(*), count(DISTINCT key) FROM purchase WHERE shop = ?")
                .param(order.shop())
                .query((row, number) -> new Orderings(row.getLong(1), row.getLong(2)))
                .single();
        return taken.rows - taken.keys + Math.abs(taken.keys - keys.distinct());
    }

    @Override
    public void close() {
        context.close();
    }
}
