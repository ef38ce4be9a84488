package dev.interlock.samples.racelab;

import dev.interlock.annotation.OnRejected;
import dev.interlock.annotation.StateTransition;
import dev.interlock.jdbc.StateMachine;
import java.util.List;
import java.util.Objects;
import javax.sql.DataSource;
import org.springframework.context.annotation.Bean;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import org.springframework.transaction.annotation.Transactional;

/** A paid order that several people in the warehouse ship at the same time. */
@Component
class ShippingScene implements Scene {

    private static final int PACKERS_EACH = 4;

    private final JdbcClient jdbc;
    private final Unguarded unguarded;
    private final Guarded guarded;
    private final SharedNumbers orders = new SharedNumbers(PACKERS_EACH);

    ShippingScene(JdbcClient jdbc, Unguarded unguarded, Guarded guarded) {
        this.jdbc = jdbc;
        this.unguarded = unguarded;
        this.guarded = guarded;
    }

    enum State {
        PAID,
        SHIPPED
    }

    enum Event {
        SHIP
    }

    @Bean
    static StateMachine<State, Event> shipping(DataSource dataSource) {
        return StateMachine.of(dataSource, "orders", State.class, Event.class)
                .edge(State.PAID, Event.SHIP, State.SHIPPED)
                .build();
    }

    @Component
    static class Unguarded {

        private final JdbcClient jdbc;
        private final Body body;

        Unguarded(JdbcClient jdbc, Body body) {
            this.jdbc = jdbc;
            this.body = body;
        }

        @Transactional
        public Long ship(long orderId) {
            State state = jdbc.sql("SELECT status FROM orders WHERE id = ?")
                    .param(orderId)
                    .query(State.class)
                    .single();
            if (state != State.PAID) {
                return null;
            }
            jdbc.sql("UPDATE orders SET status = 'SHIPPED' WHERE id = ?")
                    .param(orderId)
                    .update();
            return body.send(orderId);
        }
    }

    @Component
    static class Guarded {

        private final Body body;

        Guarded(Body body) {
            this.body = body;
        }

        @StateTransition(machine = "shipping", key = "#orderId", event = "SHIP", onRejected = OnRejected.SKIP)
        @Transactional
        public Long ship(long orderId) {
            return body.send(orderId);
        }
    }

    @Component
    record Body(JdbcClient jdbc) {

        /** Returns how many parcels are on their way. */
        long send(long orderId) {
            return jdbc.sql("INSERT INTO parcel VALUES (?)").param(orderId).update();
        }
    }

    @Override
    public String name() {
        return "ship-once";
    }

    @Override
    public String title() {
        return "An order shipped once";
    }

    @Override
    public Theme theme() {
        return Theme.ONCE;
    }

    @Override
    public String problem() {
        return "Several packers see that the order is paid and not shipped, and each of them sends a parcel.";
    }

    @Override
    public void reset() {
        jdbc.sql("""
                        CREATE TABLE IF NOT EXISTS orders (id bigint PRIMARY KEY, status text NOT NULL);
                        CREATE TABLE IF NOT EXISTS parcel (order_id bigint NOT NULL);
                        TRUNCATE orders, parcel;
                        INSERT INTO orders SELECT id, 'PAID' FROM generate_series(1, 7000) id""").update();
        orders.forget();
    }

    @Override
    public Action unguarded() {
        return caller -> Objects.requireNonNullElse(unguarded.ship(orders.next(caller)), 0L);
    }

    @Override
    public Action guarded() {
        return caller -> Objects.requireNonNullElse(guarded.ship(orders.next(caller)), 0L);
    }

    @Override
    public List<Violation> violations(Answers answers) {
        return jdbc.sql("SELECT count(*) AS total, count(DISTINCT order_id) AS orders FROM parcel")
                .query((row, number) -> compare(answers.promised(), row.getLong("total"), row.getLong("orders")))
                .single();
    }

    /** Parcels that nobody was told of are no violation: a call that failed may have sent one. */
    static List<Violation> compare(long promised, long parcels, long orders) {
        long again = parcels - orders;
        long missing = Math.max(0, promised - parcels);
        return Violation.among(
                new Violation(again, again + " parcels sent again"),
                new Violation(missing, missing + " of " + promised + " promised parcels missing"));
    }
}
