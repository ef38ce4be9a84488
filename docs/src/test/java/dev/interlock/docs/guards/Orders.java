package dev.interlock.docs.guards;

import dev.interlock.annotation.StateTransition;
import dev.interlock.jdbc.StateMachine;
import dev.interlock.jdbc.Transition;
import javax.sql.DataSource;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Transactional;

class Orders {

    // tag::machine[]
    enum OrderState {
        NEW,
        PAID,
        SHIPPED,
        CANCELLED
    }

    enum OrderEvent {
        PAY,
        SHIP,
        CANCEL
    }

    @Configuration(proxyBeanMethods = false)
    static class States {

        @Bean
        StateMachine<OrderState, OrderEvent> orderStates(DataSource dataSource) {
            return StateMachine.of(dataSource, "orders", OrderState.class, OrderEvent.class)
                    .edge(OrderState.NEW, OrderEvent.PAY, OrderState.PAID)
                    .edge(OrderState.PAID, OrderEvent.SHIP, OrderState.SHIPPED)
                    .edge(OrderState.NEW, OrderEvent.CANCEL, OrderState.CANCELLED)
                    .edge(OrderState.PAID, OrderEvent.CANCEL, OrderState.CANCELLED)
                    .log("order_step")
                    .build();
        }
    }
    // end::machine[]

    @Service
    static class Shipping {

        private final JdbcClient jdbc;
        private final StateMachine<OrderState, OrderEvent> orderStates;

        Shipping(JdbcClient jdbc, StateMachine<OrderState, OrderEvent> orderStates) {
            this.jdbc = jdbc;
            this.orderStates = orderStates;
        }

        // tag::annotation[]
        @Transactional
        @StateTransition(machine = "orderStates", key = "#orderId", event = "SHIP")
        public void ship(long orderId) { // by one caller, once; if it fails the order is still PAID
            jdbc.sql("INSERT INTO audit VALUES (?)")
                    .param("parcel for " + orderId)
                    .update();
        }
        // end::annotation[]

        @Transactional
        public void shipUnguarded(long orderId) {
            String status = jdbc.sql("SELECT status FROM orders WHERE id = ?")
                    .param(orderId)
                    .query(String.class)
                    .single();
            if (status.equals("PAID")) {
                jdbc.sql("UPDATE orders SET status = 'SHIPPED' WHERE id = ?")
                        .param(orderId)
                        .update();
                jdbc.sql("INSERT INTO audit VALUES (?)")
                        .param("parcel for " + orderId)
                        .update();
            }
        }

        // tag::code[]
        String cancel(long orderId) {
            Transition<OrderState> transition = orderStates.fire(orderId, OrderEvent.CANCEL);
            if (transition instanceof Transition.Applied<OrderState> applied) {
                return "cancelled, was " + applied.from();
            }
            if (transition instanceof Transition.AlreadyThere<OrderState>) {
                return "cancelled before";
            }
            return transition instanceof Transition.Rejected<OrderState> rejected
                    ? "too late, " + rejected.current()
                    : "no such order";
        }
        // end::code[]
    }
}
