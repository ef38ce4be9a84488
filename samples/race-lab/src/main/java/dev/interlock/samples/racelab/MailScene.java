package dev.interlock.samples.racelab;

import dev.interlock.annotation.IdempotencyMode;
import dev.interlock.annotation.Idempotent;
import dev.interlock.annotation.OnExpiredLease;
import dev.interlock.idempotency.IdempotencyContext;
import java.util.List;
import java.util.UUID;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/** A mail and a status: no transaction holds both, since no rollback calls a mail back. */
@Component
class MailScene implements Scene {

    private static final int ORDERS = 16;

    /** How many callers ask for each confirmation, all of them again and again. */
    private static final int CALLERS = 4;

    private final JdbcClient jdbc;
    private final Unguarded unguarded;
    private final Guarded guarded;
    private long firstOrder;

    MailScene(JdbcClient jdbc, Unguarded unguarded, Guarded guarded) {
        this.jdbc = jdbc;
        this.unguarded = unguarded;
        this.guarded = guarded;
    }

    @Component
    static class Unguarded {

        private final Body body;

        Unguarded(Body body) {
            this.body = body;
        }

        public long confirm(long orderId) {
            return body.confirm(orderId, UUID.randomUUID().toString());
        }
    }

    @Component
    static class Guarded {

        private final Body body;

        Guarded(Body body) {
            this.body = body;
        }

        @Idempotent(
                name = "order-confirmation",
                key = "#orderId",
                mode = IdempotencyMode.LEASED,
                onExpiredLease = OnExpiredLease.HOLD)
        public long confirm(long orderId) {
            return body.confirm(orderId, IdempotencyContext.current().downstreamKey());
        }
    }

    @Component
    record Body(JdbcClient jdbc) {

        /** Returns the order that is confirmed. */
        long confirm(long orderId, String messageId) {
            boolean confirmed = jdbc.sql("SELECT status = 'CONFIRMED' FROM customer_order WHERE id = ?")
                    .param(orderId)
                    .query(Boolean.class)
                    .single();
            if (!confirmed) {
                send(orderId, messageId);
                jdbc.sql("UPDATE customer_order SET status = 'CONFIRMED' WHERE id = ?")
                        .param(orderId)
                        .update();
            }
            return orderId;
        }

        /** Stands for the mail server: no transaction is around it, so what is written is sent. */
        private void send(long orderId, String messageId) {
            jdbc.sql("INSERT INTO mail (order_id, message_id) VALUES (?, ?)")
                    .params(orderId, messageId)
                    .update();
        }
    }

    @Override
    public String name() {
        return "mail-and-status";
    }

    @Override
    public String title() {
        return "A mail and a status";
    }

    @Override
    public Theme theme() {
        return Theme.ONCE;
    }

    @Override
    public String problem() {
        return "A repeated confirmation finds the order open while the first mail is on its way, and a second one goes out.";
    }

    /** Confirmations are remembered, so each round has orders of its own. */
    @Override
    public void reset() {
        jdbc.sql("CREATE TABLE IF NOT EXISTS customer_order (id bigint PRIMARY KEY, status text NOT NULL)")
                .update();
        jdbc.sql("CREATE TABLE IF NOT EXISTS mail (order_id bigint NOT NULL, message_id text NOT NULL)")
                .update();
        jdbc.sql("TRUNCATE customer_order, mail").update();
        firstOrder += ORDERS;
        jdbc.sql("INSERT INTO customer_order (id, status) SELECT generate_series(?, ?), 'OPEN'")
                .params(firstOrder, firstOrder + ORDERS - 1)
                .update();
    }

    @Override
    public Action unguarded() {
        return caller -> unguarded.confirm(order(caller));
    }

    @Override
    public Action guarded() {
        return caller -> guarded.confirm(order(caller));
    }

    private long order(int caller) {
        return firstOrder + caller / CALLERS % ORDERS;
    }

    /** What became of an order. */
    record Trace(long orderId, boolean confirmed, long mails) {}

    @Override
    public List<Violation> violations(Answers answers) {
        return compare(
                jdbc.sql("""
                                SELECT id, status = 'CONFIRMED' AS confirmed, count(message_id) AS mails
                                FROM customer_order LEFT JOIN mail ON order_id = id
                                GROUP BY id""")
                        .query((row, number) ->
                                new Trace(row.getLong("id"), row.getBoolean("confirmed"), row.getLong("mails")))
                        .list(),
                answers.promises());
    }

    /** A mail for an order that is still open is no violation if nobody was promised more: the call may have failed after it. */
    static List<Violation> compare(List<Trace> orders, List<Long> promised) {
        long again = orders.stream()
                .mapToLong(order -> Math.max(0, order.mails() - 1))
                .sum();
        long unmailed = orders.stream()
                .filter(order -> order.confirmed() && order.mails() == 0)
                .count();
        long open = orders.stream()
                .filter(order -> !order.confirmed() && promised.contains(order.orderId()))
                .count();
        return Violation.among(
                new Violation(again, again + " mails sent again"),
                new Violation(unmailed, unmailed + " orders confirmed without a mail"),
                new Violation(open, open + " orders promised as confirmed are open"));
    }
}
