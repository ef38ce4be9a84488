package dev.interlock.scenario;

import com.zaxxer.hikari.HikariDataSource;
import dev.interlock.testing.InterlockContext;
import dev.interlock.testing.PostgresServer;
import org.springframework.context.annotation.AnnotationConfigApplicationContext;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.transaction.event.TransactionalEventListenerFactory;

/** A context with payments, and what an outsider sees of them. */
final class PaymentsFixture implements AutoCloseable {

    private static final JdbcClient OUTSIDE = JdbcClient.create(PostgresServer.direct());

    final HikariDataSource pool;
    final AnnotationConfigApplicationContext context;
    final Payments payments;
    final Callers callers;

    PaymentsFixture(Setting setting) {
        this(setting, setting.pool(10), IdempotencyOptions.DEFAULT);
    }

    /** What a test wants changed. */
    interface IdempotencyOptions {

        IdempotencyOptions DEFAULT = context -> context;

        InterlockContext apply(InterlockContext context);
    }

    PaymentsFixture(Setting setting, HikariDataSource pool, IdempotencyOptions options) {
        this.pool = pool;
        this.context = options.apply(InterlockContext.on(pool)
                        .manager(setting::manager)
                        .beans(
                                Payments.class,
                                Callers.class,
                                Callers.Listener.class,
                                TransactionalEventListenerFactory.class))
                .open();
        this.payments = context.getBean(Payments.class);
        this.callers = context.getBean(Callers.class);
    }

    static void reset() {
        OUTSIDE.sql("CREATE TABLE IF NOT EXISTS payments (number bigserial, order_id text, amount numeric)")
                .update();
        OUTSIDE.sql("TRUNCATE payments").update();
        OUTSIDE.sql("TRUNCATE interlock_idempotency").update();
    }

    static int charged(String order) {
        return OUTSIDE.sql("SELECT count(*) FROM payments WHERE order_id = ?")
                .param(order)
                .query(Integer.class)
                .single();
    }

    static int records() {
        return OUTSIDE.sql("SELECT count(*) FROM interlock_idempotency")
                .query(Integer.class)
                .single();
    }

    static JdbcClient outside() {
        return OUTSIDE;
    }

    @Override
    public void close() {
        context.close();
        pool.close();
    }
}
